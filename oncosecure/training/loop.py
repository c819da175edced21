"""The training loop: AdamW, warm-up and cosine, a moving average of the weights, early stopping, resume.

It runs on the first CUDA device where there is one, and on the processor else.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import balanced_accuracy_score, roc_auc_score
from torch import nn
from torch.nn import functional as F
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn
from torch.utils.data import DataLoader
from tqdm import tqdm

from oncosecure.training import distil, on_device
from oncosecure.training.augment import PIPELINES
from oncosecure.training.data import Table, class_weights, loader, log_prior, order
from oncosecure.training.distil import Teacher
from oncosecure.training.recipes import Recipe
from oncosecure.training.twin import Twin

#: On a processor with instructions for bfloat16 it doubles the speed at every side, but with depthwise convolutions it
#: pays from this side on; below, its conversions cost more than they save (both measured on AVX-512). Without such
#: instructions it is emulated, at a tenth of float32's speed (measured on AVX2).
_BF16_FROM = 192


@dataclass
class State:
    """What a checkpoint holds besides weights: where the run is and how it went."""

    epoch: int = 0
    best_loss: float = math.inf
    best_epoch: int = -1
    history: list[dict] = field(default_factory=list)


def train(
    twin: Twin,
    table: Table,
    train_rows: np.ndarray,
    val_rows: np.ndarray,
    recipe: Recipe,
    run: Path,
    teacher: Teacher | None = None,
) -> State:
    """Train `twin` in place and leave it at the best validation loss.

    Args:
        twin: the network, with the weights to start from.
        table: pictures and targets.
        train_rows, val_rows: row numbers.
        recipe: how.
        run: folder of the checkpoint; a run that was cut off resumes from it.
        teacher: whose answers count beside the labels, as far as `recipe.distil` says.

    Returns:
        The run's history, one entry an epoch.
    """
    torch.manual_seed(recipe.seed)
    if recipe.freeze_until:
        twin.freeze_until(recipe.freeze_until)
    twin.to("cuda" if torch.cuda.is_available() else "cpu")
    if teacher:
        teacher.network.to(twin.device)
    session = _Session(twin, table, train_rows, val_rows, recipe, run, teacher)
    session.resume()
    while session.state.epoch < recipe.epochs and not session.is_stale():
        session.run_epoch()
    twin.to("cpu").load_state_dict(torch.load(run / "best.pt", map_location="cpu", weights_only=True))
    return session.state


class _Session:
    def __init__(self, twin, table, train_rows, val_rows, recipe, run, teacher) -> None:
        self.twin, self.table, self.recipe, self.run, self.teacher = twin, table, recipe, run, teacher
        self.train_rows, self.val_rows = train_rows, val_rows
        self.average = AveragedModel(twin, multi_avg_fn=get_ema_multi_avg_fn(recipe.ema), use_buffers=True)
        self.optimizer = _optimizer(twin, recipe)
        steps = len(train_rows) // recipe.batch * recipe.epochs
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimizer, lambda i: rate(i, steps, recipe.warmup))
        self.loss = Loss(table.targets[train_rows], twin.n_classes, recipe).to(twin.device)
        self.state = State()
        self.uploaded: torch.Tensor | None = None

    def resume(self) -> None:
        path = self.run / "last.pt"
        if not path.is_file():
            return
        saved = torch.load(path, map_location=self.twin.device, weights_only=True)
        for name in ("twin", "average", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(saved[name])
        self.state = State(**saved["state"])

    def save(self) -> None:
        parts = {n: getattr(self, n).state_dict() for n in ("twin", "average", "optimizer", "schedule")}
        partial = self.run / "last.pt.partial"
        torch.save({**parts, "state": vars(self.state)}, partial)
        partial.replace(self.run / "last.pt")

    def is_stale(self) -> bool:
        """Whether the last stage went `patience` epochs without a better validation loss."""
        start = self.recipe.epochs - self.recipe.stages[-1][1]
        return self.state.epoch - max(self.state.best_epoch + 1, start) >= self.recipe.patience

    def run_epoch(self) -> None:
        epoch, started = self.state.epoch, time.monotonic()
        size = self.recipe.size(epoch)
        torch.manual_seed(self.recipe.seed_of(epoch))
        loss = self._train_epoch(self._batches(epoch, size), epoch, size)
        logits = predict(self.average.module, self.table, self.val_rows, self.recipe.stages[-1][0])
        scores = validation(logits, self.table.targets[self.val_rows])
        record = {"epoch": epoch + 1, "size": size, "train_loss": loss, **scores}
        record["seconds"] = round(time.monotonic() - started, 1)
        self.state.history.append(record)
        self.state.epoch += 1
        if scores["val_loss"] < self.state.best_loss:
            self.state.best_loss, self.state.best_epoch = scores["val_loss"], epoch
            torch.save(self.average.module.state_dict(), self.run / "best.pt")
        self.save()
        tqdm.write("  ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in record.items()))

    def _batches(self, epoch: int, size: int) -> DataLoader | on_device.Batches:
        device, recipe = self.twin.device, self.recipe
        if not on_device.pays(device):
            return loader(self.table, self.train_rows, size, recipe, epoch)
        if self.uploaded is None or self.uploaded.shape[1] != size:
            self.uploaded = on_device.upload(self.table.pixels, size, device)
        targets = torch.tensor(self.table.targets, device=device)
        rows = order(self.table, self.train_rows, recipe, epoch)
        changes = PIPELINES[recipe.augment]
        return on_device.Batches(self.uploaded, targets, rows, recipe.batch, changes, recipe.seed_of(epoch))

    def _train_epoch(self, batches: DataLoader | on_device.Batches, epoch: int, size: int) -> float:
        self.twin.train()
        device = self.twin.device
        total = torch.zeros((), device=device)
        for pixels, targets in tqdm(batches, desc=f"epoch {epoch + 1}/{self.recipe.epochs} at {size}", mininterval=5):
            pixels, mixed = _mixup(pixels.to(device).float(), targets.to(device), self.recipe.mixup)
            with _autocast(self.twin, size):
                logits = self.twin(pixels.contiguous(memory_format=torch.channels_last))
            loss = sum(share * self.loss(logits.float(), t) for share, t in mixed)
            if self.teacher:
                loss = self.loss.with_teacher(loss, logits.float(), self.teacher(pixels), self.teacher.share)
            self.optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.twin.parameters(), 5.0)
            self.optimizer.step()
            self.schedule.step()
            self.average.update_parameters(self.twin)
            total += loss.detach()
        return total.item() / max(1, len(batches))


class Loss(nn.Module):
    """Cross-entropy or focal loss with label smoothing and the recipe's way of balancing classes."""

    def __init__(self, targets: np.ndarray, n_classes: int, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        weights = shift = None
        if recipe.balance == "weights":
            weights = torch.from_numpy(class_weights(targets, n_classes, recipe.balance_power))
        if recipe.balance == "logits":
            shift = torch.from_numpy((recipe.balance_power * log_prior(targets, n_classes)).astype(np.float32))
        self.register_buffer("weights", weights)
        self.register_buffer("shift", shift)

    def forward(self, logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if self.shift is not None:
            logits = logits + self.shift
        losses = F.cross_entropy(logits, targets, reduction="none", label_smoothing=self.recipe.smoothing)
        if self.recipe.focal:
            right = logits.softmax(1).gather(1, targets[:, None])[:, 0]
            losses = losses * (1 - right) ** self.recipe.focal
        if self.weights is not None:
            losses = losses * self.weights[targets]
        return losses.mean()

    def with_teacher(self, own: torch.Tensor, logits: torch.Tensor, taught: torch.Tensor, share: float) -> torch.Tensor:
        """The loss `own` mixed with that against the teacher's logits, which hold `share` of the prior."""
        if self.shift is not None:
            logits = logits + share * self.shift
        return (1 - self.recipe.distil) * own + self.recipe.distil * distil.loss(logits, taught)


def rate(step: int, steps: int, warmup: float) -> float:
    """Factor of the learning rate at a step: linear warm-up, then a cosine to zero (Loshchilov and Hutter, 2017)."""
    rising = max(1.0, warmup * steps)
    if step < rising:
        return (step + 1) / rising
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - rising) / max(1.0, steps - rising))))


@torch.no_grad()
def predict(
    twin: Twin, table: Table, rows: np.ndarray, size: int, batch: int = 32, mirrored: bool = False
) -> np.ndarray:
    """Logits of pictures as they are, (len(rows), C) float32; where `mirrored`, the mean with their mirror images'."""
    from oncosecure.models.preprocess import fit

    twin.eval()
    logits = []
    for start in range(0, len(rows), batch):
        pixels = np.stack([fit(table.pixels[r], size) for r in rows[start : start + batch]])
        x = torch.from_numpy(pixels).to(twin.device).permute(0, 3, 1, 2).float()
        x = x.contiguous(memory_format=torch.channels_last)
        with _autocast(twin, size):
            views = [twin(view).float().cpu().numpy() for view in ((x, x.flip(3)) if mirrored else (x,))]
            logits.append(np.mean(views, axis=0))
    return np.concatenate(logits)


def validation(logits: np.ndarray, targets: np.ndarray) -> dict[str, float]:
    """Loss, accuracy, balanced accuracy and macro AUC, classes weighted alike in the loss."""
    log_p = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    losses = -log_p[np.arange(len(targets)), targets]
    present = np.unique(targets)
    predicted = logits.argmax(1)
    aucs = [roc_auc_score(targets == c, log_p[:, c]) for c in present if (targets != c).any()]
    return {
        "val_loss": float(np.mean([losses[targets == c].mean() for c in present])),
        "val_accuracy": float((predicted == targets).mean()),
        "val_balanced_accuracy": float(balanced_accuracy_score(targets, predicted)),
        "val_macro_auc": float(np.mean(aucs)),
    }


def _autocast(twin: Twin, size: int) -> torch.autocast:
    return torch.autocast(twin.device.type, torch.bfloat16, enabled=_bf16_pays(twin, size))


def _bf16_pays(twin: Twin, size: int) -> bool:
    if twin.device.type == "cuda":
        return True
    can = torch.cpu.get_capabilities()
    return (can.get("avx512_bf16") or can.get("amx_bf16", False)) and (not twin.is_depthwise or size >= _BF16_FROM)


def _optimizer(twin: Twin, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW; biases and batch-norm scales are not decayed."""
    groups: dict[tuple[float, float], list] = {}
    for name, p in twin.named_parameters():
        if p.requires_grad:
            lr = recipe.lr_head if name.startswith("nodes.logits") else recipe.lr_body
            groups.setdefault((lr, recipe.weight_decay if p.ndim > 1 else 0.0), []).append(p)
    return torch.optim.AdamW([{"params": ps, "lr": lr, "weight_decay": wd} for (lr, wd), ps in groups.items()])


def _mixup(pixels: torch.Tensor, targets: torch.Tensor, alpha: float) -> tuple[torch.Tensor, list]:
    """Mixed pictures and the (share, targets) of each part."""
    if not alpha:
        return pixels, [(1.0, targets)]
    share = float(np.random.default_rng(int(torch.randint(2**31, ()))).beta(alpha, alpha))
    order = torch.randperm(len(pixels)).to(pixels.device)
    return share * pixels + (1 - share) * pixels[order], [(share, targets), (1 - share, targets[order])]
