"""What a network learns from another's answers, and from whose answers it must not learn."""

from tests.training.test_loop import LEARNS

LOSSES = """
import numpy as np, torch
from oncosecure.training import distil
from oncosecure.training.loop import Loss
from oncosecure.training.recipes import Recipe

softmax = lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True)
rng = np.random.default_rng(0)
student, teacher = rng.normal(size=(2, 5, 3)).astype("float32")
p, q = (softmax(z / distil.TEMPERATURE) for z in (teacher, student))
by_hand = distil.TEMPERATURE**2 * (p * np.log(p / q)).sum(1).mean()
assert abs(distil.loss(torch.from_numpy(student), torch.from_numpy(teacher)).item() - by_hand) < 1e-5
assert abs(distil.loss(torch.from_numpy(teacher), torch.from_numpy(teacher)).item()) < 1e-6

# A student that is trained without the prior is held against a teacher that has half of it back.
targets = np.array([0] * 70 + [1] * 20 + [2] * 10)
loss = Loss(targets, 3, Recipe(balance="logits", balance_power=1.0, distil=0.25))
with_prior = torch.from_numpy(student + 0.5 * np.log([0.7, 0.2, 0.1]).astype("float32"))
own = torch.tensor(2.0)
assert abs(loss.with_teacher(own, torch.from_numpy(student), with_prior, 0.5).item() - 1.5) < 1e-5
expected = 1.5 + 0.25 * distil.loss(with_prior, torch.from_numpy(teacher)).item()
assert abs(loss.with_teacher(own, torch.from_numpy(student), torch.from_numpy(teacher), 0.5).item() - expected) < 1e-5
plain = Loss(targets, 3, Recipe(balance="none", distil=1.0))
expected = distil.loss(torch.from_numpy(student), torch.from_numpy(teacher)).item()
assert abs(plain.with_teacher(own, torch.from_numpy(student), torch.from_numpy(teacher), 0.5).item() - expected) < 1e-6

seen = []
class Network(torch.nn.Module):
    def forward(self, x):
        seen.append(tuple(x.shape[2:]))
        return x.mean((2, 3))
answers = distil.Teacher(Network())
small = torch.rand(2, 3, 64, 64) * 255
assert torch.allclose(answers(small), small.mean((2, 3)), atol=2)
assert answers(torch.rand(2, 3, 200, 200)).shape == (2, 3)
assert seen == [(distil.SMALLEST, distil.SMALLEST), (200, 200)]
print("equal")
"""


def test_losses_by_hand(torch_python):
    assert torch_python(LOSSES).strip().endswith("equal")


def test_a_student_learns_what_the_teacher_says_and_not_the_labels(torch_python, tmp_path):
    code = (
        LEARNS
        + """
from oncosecure.training.distil import Teacher
class Against(torch.nn.Module):
    def forward(self, x):                           # calls every bright square class 0, so all labels wrong
        bright = (x[:, :, 40:120, 40:120].mean((1, 2, 3)) - 90) / 5
        return torch.stack([bright, -bright], 1)
student = network()
loop.train(student, table, train, val, recipe(6, distil=1.0, patience=6), Path(sys.argv[1]), Teacher(Against()))
student.load_state_dict(torch.load(Path(sys.argv[1]) / "last.pt", weights_only=True)["twin"])
student.train()                                     # by the batch's own statistics: too few steps for averaged ones
said = student(torch.from_numpy(pixels[train]).permute(0, 3, 1, 2).float()).argmax(1).numpy()
print((said != targets[train]).mean())
"""
    )
    assert float(torch_python(code, str(tmp_path)).split()[-1]) > 0.85
