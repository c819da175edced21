"""How each modality is trained. A recipe is plain data; the command line can override any of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from oncosecure.errors import ScanError


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Attributes:
        stages: (side in pixels, epochs) in the order they are run; small pictures first learn faster.
        batch: pictures a step.
        lr_body, lr_head: peak learning rates of AdamW for the network and for the dense layer.
        weight_decay: of AdamW (Loshchilov and Hutter, 2019).
        warmup: share of all steps in which the rate rises linearly; then it follows a cosine to zero.
        smoothing: label smoothing.
        balance: "weights", "sampling", "logits" (logit adjustment, Menon et al., 2021) or "none".
        balance_power: 1 balances classes fully, 0 not at all.
        focal: exponent of the focal loss (Lin et al., 2017); 0 is cross-entropy.
        mixup: Beta parameter of mixup (Zhang et al., 2018); 0 is off.
        drop_path: largest stochastic-depth rate.
        dropout: rate before the dense layer.
        ema: decay of the moving average of the weights, which is what is validated and kept.
        freeze_until: layers up to this one keep their ImageNet weights; None trains all.
        mirrored: whether answers are the mean over a picture and its mirror image.
        patience: epochs of the last stage without a better validation loss before training stops.
        augment: name of the augmentation in `augment.PIPELINES`.
        teacher: a released network of the same modality whose answers are learned beside the labels (`distil`).
        distil: share of the loss that the teacher's answers have.

    Raises:
        ScanError: if that share is not from 0 to 1.
    """

    stages: tuple[tuple[int, int], ...] = ((160, 8), (224, 5))
    batch: int = 32
    lr_body: float = 6e-4
    lr_head: float = 2e-3
    weight_decay: float = 0.02
    warmup: float = 0.08
    smoothing: float = 0.05
    balance: str = "weights"
    balance_power: float = 0.5
    focal: float = 0.0
    mixup: float = 0.0
    drop_path: float = 0.1
    dropout: float = 0.3
    ema: float = 0.995
    freeze_until: str | None = None
    mirrored: bool = False
    patience: int = 5
    augment: str = "radiology"
    teacher: str | None = None
    distil: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.distil <= 1:
            raise ScanError(
                f"The share of the loss that a teacher's answers have must be from 0 to 1, not {self.distil:g}."
            )

    @property
    def epochs(self) -> int:
        """Epochs over all stages."""
        return sum(epochs for _, epochs in self.stages)

    def seed_of(self, epoch: int) -> int:
        """Seed of everything that is random in an epoch, counted from 0."""
        return self.seed * 1000 + epoch

    def size(self, epoch: int) -> int:
        """Side of the pictures in an epoch, counted from 0, in pixels."""
        for size, epochs in self.stages:
            if epoch < epochs:
                return size
            epoch -= epochs
        return self.stages[-1][0]


@dataclass(frozen=True)
class Split:
    """Shares for validation and test, and the seed of the split."""

    val: float = 0.10
    test: float = 0.15
    seed: int = 0


RECIPES: dict[str, Recipe] = {
    "brain_mri": Recipe(freeze_until="block2_add"),
    "breast_ultrasound": Recipe(stages=((224, 12), (288, 12)), batch=16, augment="ultrasound", mirrored=True),
    "breast_histology": Recipe(stages=((96, 10),), augment="histology"),
    "lung_ct": Recipe(
        stages=((224, 10), (288, 14)),
        batch=16,
        balance="sampling",
        balance_power=1.0,
        mixup=0.4,
        mirrored=True,
        drop_path=0.2,
        weight_decay=0.05,
    ),
    "skin_lesion": Recipe(
        stages=((160, 12), (224, 4)),
        augment="skin",
        balance="logits",
        balance_power=1.0,
        mixup=0.2,
        mirrored=True,
        drop_path=0.2,
        freeze_until="block2_add",
    ),
}


#: What another network of a modality does otherwise: from scratch nothing is frozen, and the released one teaches.
_FROM_SCRATCH = {
    "freeze_until": None,
    "teacher": "efficientnet_lite0",
    "distil": 0.7,
    "ema": 0.98,
    "drop_path": 0.0,
    "lr_body": 1e-3,
}
OF_NETWORK: dict[tuple[str, str], dict] = {
    ("brain_mri", "resnet50"): _FROM_SCRATCH | {"stages": ((96, 7), (160, 2), (224, 1))},
    ("skin_lesion", "resnet50"): _FROM_SCRATCH | {"stages": ((96, 5), (160, 1), (224, 1))},
}


def for_modality(key: str, model: str | None = None, **overrides) -> Recipe:
    """The recipe of a modality, and of a network there, with whatever is overridden by a value that is not None."""
    given = {k: v for k, v in overrides.items() if v is not None}
    return replace(RECIPES.get(key, Recipe()), **(OF_NETWORK.get((key, model), {}) | given))
