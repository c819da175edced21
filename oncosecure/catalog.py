"""What exists: one entry a modality. Adding a cancer type is adding an entry, a page and weights."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from oncosecure.errors import ScanError

#: Folder of the released weights; `ONCOSECURE_WEIGHTS` names another one.
WEIGHTS = Path(os.environ.get("ONCOSECURE_WEIGHTS", Path(__file__).resolve().parent.parent / "weights"))


@dataclass(frozen=True)
class Dataset:
    """Where a modality's pictures come from.

    `licence` is what the source states, or None where we could not verify it; `leak` says in one
    sentence why a naive split of this set flatters a model. `caveats` are what we saw in the pictures
    themselves that limits what any figure on them proves.
    """

    name: str
    citation: str
    url: str
    leak: str
    licence: str | None = None
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Modality:
    """One kind of scan and the question that a model answers about it.

    Attributes:
        key: the name that folders, the command line and the API use.
        title: what the page is called.
        reads: one line that says what the model reads and tells apart.
        names: full name of every label, in the order of the network's outputs.
        explanations: a sentence for a layperson on every label.
        target: labels that count as a finding.
        target_name: what the summed probability of `target` is called.
        dataset: where the pictures come from.
        input_size: side of the network's input in pixels; None for a table.
        min_side: smallest accepted side of an upload in pixels.
        dicom_modalities: DICOM Modality values (0008,0060) that fit, for a friendly note.
        group_column: column of the manifest that keeps pictures of one patient or lesion together.
        models: released networks, the default one first.
        enhancements: keys of `intake.enhance` that the page offers to try.
        tile: side in pixels of the patches that the network learned from; an upload of at least two
            patches a side is read tile by tile. None where a picture is always read whole.
        any_way_up: whether a picture shows the same however it is turned.
        by_appearance: whether strangers are told by contrast and coarse structure as well as by the embedding; not
            where a picture may be read tile by tile.
    """

    key: str
    title: str
    reads: str
    names: dict[str, str]
    explanations: dict[str, str]
    target: tuple[str, ...]
    target_name: str
    dataset: Dataset
    input_size: int | None = 224
    min_side: int = 64
    dicom_modalities: tuple[str, ...] = ()
    group_column: str | None = None
    models: tuple[str, ...] = ("efficientnet_lite0", "efficientnet_lite0_s16")
    enhancements: tuple[str, ...] = ()
    tile: int | None = None
    any_way_up: bool = False
    by_appearance: bool = False
    scan_word: str = "scan"
    icon: str = ":material/radiology:"

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels in the order of the network's outputs."""
        return tuple(self.names)

    @property
    def scan_words(self) -> str:
        """The plural of `scan_word`."""
        return f"{self.scan_word}es" if self.scan_word.endswith("ch") else f"{self.scan_word}s"

    @property
    def folder(self) -> Path:
        """Folder of this modality's released files."""
        return WEIGHTS / self.key

    @property
    def is_image(self) -> bool:
        """Whether the modality reads pictures rather than table rows."""
        return self.input_size is not None

    def file(self, name: str, model: str | None = None) -> str:
        """Name of a released file about a model: `name` for the default one, `<model>.<name>` for any other."""
        return name if model in (None, self.models[0]) else f"{model}.{name}"

    def released(self) -> tuple[str, ...]:
        """The models whose files lie in the weights folder, in the order of `models`."""
        return tuple(model for model in self.models if self.has_weights(model))

    def smallest(self) -> str:
        """The released image model with the smallest graph: the one to ask whether it knows a scan at all."""
        return min(self.released(), key=lambda model: (self.folder / f"{model}.tflite").stat().st_size)

    def has_weights(self, model: str | None = None) -> bool:
        """Whether a released model lies in the weights folder."""
        suffix = ".tflite" if self.is_image else ".skops"
        return (self.folder / f"{model or self.models[0]}{suffix}").is_file()


_CHOSEN_HERE = (
    "How to train was chosen by cross-validation on the training and validation pictures. The five folds test on most "
    "of them again, so their figures are somewhat kinder than those of new pictures would be."
)

_BRAIN = Modality(
    key="brain_mri",
    title="Brain MRI",
    reads="Reads one T1 or T2 slice in any plane and tells glioma, meningioma, pituitary tumour and no tumour apart.",
    names={
        "glioma": "Glioma",
        "meningioma": "Meningioma",
        "no_tumor": "No tumour",
        "pituitary": "Pituitary tumour",
    },
    explanations={
        "glioma": "A tumour that arises from the glial cells inside the brain.",
        "meningioma": "A tumour of the membranes around the brain, most often benign.",
        "no_tumor": "No tumour of the three kinds that this model knows.",
        "pituitary": "A tumour of the pituitary gland at the base of the brain, most often benign.",
    },
    target=("glioma", "meningioma", "pituitary"),
    target_name="Tumour probability",
    dataset=Dataset(
        name="Brain Tumor MRI Dataset",
        citation="M. Nickparvar, Brain Tumor MRI Dataset, 2021; assembled from the Figshare set of J. Cheng (2017), "
        "SARTAJ and Br35H.",
        url="https://www.kaggle.com/datasets/masoudnickparvar/brain-tumor-mri-dataset",
        leak="The published split puts pictures of the same slice on both sides.",
        caveats=(
            "Tumour and no-tumour pictures come from different collections, so part of what tells them apart may be "
            "where they come from rather than what they show.",
            "Some pictures labelled no tumour show a visible lesion of another kind, and a few look like CT.",
            "No patient is named: slices of one patient that look different may stand on both sides of the split.",
        ),
    ),
    dicom_modalities=("MR",),
    models=("efficientnet_lite0", "resnet50", "efficientnet_lite0_s16"),
    scan_word="slice",
    icon=":material/neurology:",
)

_ULTRASOUND = Modality(
    key="breast_ultrasound",
    title="Breast ultrasound",
    reads="Reads one B-mode picture and tells a benign lesion, a malignant lesion and normal tissue apart.",
    names={"benign": "Benign lesion", "malignant": "Malignant lesion", "normal": "Normal tissue"},
    explanations={
        "benign": "A lesion that does not spread, such as a cyst or a fibroadenoma.",
        "malignant": "A lesion that can spread: breast cancer.",
        "normal": "Tissue without a lesion.",
    },
    target=("malignant",),
    target_name="Malignancy probability",
    dataset=Dataset(
        name="Dataset of breast ultrasound images (BUSI)",
        citation="W. Al-Dhabyani et al., Dataset of breast ultrasound images, Data in Brief 28 (2020) 104863.",
        url="https://doi.org/10.1016/j.dib.2019.104863",
        leak="The set holds near-duplicates, and one picture under two labels.",
        caveats=(
            "One picture stands under two labels, benign and malignant; both copies are left out.",
            "Calipers and writing are burned into some pictures, and into those of lesions far more often than into "
            "those of normal tissue. They were left in, and what the model makes of them is measured.",
            _CHOSEN_HERE,
            "No patient is named: pictures of one patient that look different may stand on both sides of the split.",
        ),
    ),
    input_size=288,
    dicom_modalities=("US",),
    scan_word="picture",
    models=("efficientnet_lite0_lite2", "efficientnet_lite0", "efficientnet_lite0_s16"),
    icon=":material/graphic_eq:",
)

_HISTOLOGY = Modality(
    key="breast_histology",
    title="Breast histology",
    reads="Reads H&E patches, or maps a larger region patch by patch, and tells invasive ductal carcinoma from other "
    "tissue.",
    names={"benign": "No invasive carcinoma", "malignant": "Invasive ductal carcinoma"},
    explanations={
        "benign": "Tissue without invasive ductal carcinoma.",
        "malignant": "Invasive ductal carcinoma, the most common breast cancer.",
    },
    target=("malignant",),
    target_name="Malignancy probability",
    dataset=Dataset(
        name="Invasive ductal carcinoma patches",
        citation="A. Cruz-Roa et al., SPIE Medical Imaging 9041 (2014); A. Janowczyk and A. Madabhushi, "
        "Journal of Pathology Informatics 7 (2016) 29.",
        url="https://doi.org/10.4103/2153-3539.186902",
        leak="Patches of one patient look alike, and patient and class are confounded.",
        caveats=(
            "The benign patches come from four patients, and only three patients have patches of both kinds: a model "
            "can do well by telling patients apart.",
            "Sixteen patients of one study, with the same stain and scanner, prove little about any other laboratory.",
            "The families of features, the way of fitting and the way in which folds are pooled were compared on these "
            "same patients before one was settled on, so the leave-one-patient-out figure is somewhat kinder than a "
            "new set of patients would be.",
            "The slides were scanned at 40x and then strongly reduced: nuclei are two or three pixels wide. At another "
            "scale the answers mean nothing.",
        ),
    ),
    input_size=96,
    min_side=31,
    dicom_modalities=("SM",),
    group_column="patient_id",
    tile=50,
    models=("texture_lite0", "efficientnet_lite0"),
    any_way_up=True,
    scan_word="patch",
    icon=":material/biotech:",
)

_LUNG = Modality(
    key="lung_ct",
    title="Lung CT",
    reads="Reads one axial chest CT slice and tells benign findings, malignant findings and normal lungs apart.",
    names={"benign": "Benign finding", "malignant": "Malignant finding", "normal": "Normal lungs"},
    explanations={
        "benign": "A nodule or change that does not spread.",
        "malignant": "A finding that radiologists and oncologists marked as lung cancer.",
        "normal": "A slice of a person without lung disease.",
    },
    target=("malignant",),
    target_name="Malignancy probability",
    dataset=Dataset(
        name="IQ-OTH/NCCD lung cancer dataset",
        citation="H. Alyasriy and M. Al-Huseiny, The IQ-OTH/NCCD lung cancer dataset, Mendeley Data, 2021.",
        url="https://doi.org/10.17632/bhmdr45bh2",
        leak="Neighbouring slices of one case stand side by side, and which slice is whose was not published.",
        caveats=(
            "The whole set comes from 110 cases, 15 of them benign, so figures of the benign class rest on few people.",
            _CHOSEN_HERE,
            "Which slice belongs to whom was not published. Slices are grouped by how alike they look; those of one "
            "case that look different may stand on both sides of the split.",
        ),
    ),
    input_size=288,
    dicom_modalities=("CT",),
    scan_word="slice",
    models=("efficientnet_lite0_lite2", "efficientnet_lite0", "efficientnet_lite0_s16"),
    icon=":material/pulmonology:",
)

_SKIN = Modality(
    key="skin_lesion",
    title="Skin dermoscopy",
    reads="Reads one dermoscopic picture of a pigmented lesion and tells seven kinds apart.",
    names={
        "akiec": "Actinic keratosis or Bowen's disease",
        "bcc": "Basal cell carcinoma",
        "bkl": "Benign keratosis",
        "df": "Dermatofibroma",
        "mel": "Melanoma",
        "nv": "Melanocytic nevus",
        "vasc": "Vascular lesion",
    },
    explanations={
        "akiec": "Sun damage that can turn into, or is, an early squamous cell carcinoma.",
        "bcc": "A common skin cancer that grows slowly and rarely spreads.",
        "bkl": "A benign growth such as a seborrhoeic keratosis or solar lentigo.",
        "df": "A benign firm nodule of the skin.",
        "mel": "A skin cancer that can spread.",
        "nv": "A common mole.",
        "vasc": "A benign lesion of blood vessels, such as an angioma.",
    },
    target=("akiec", "bcc", "mel"),
    target_name="Malignancy probability",
    dataset=Dataset(
        name="HAM10000",
        citation="P. Tschandl et al., The HAM10000 dataset, Scientific Data 5 (2018) 180161.",
        url="https://doi.org/10.1038/sdata.2018.161",
        leak="The set holds several pictures of one lesion.",
        caveats=(
            "Nobody's skin type is recorded, so the set cannot tell how the model does on dark skin.",
            "It holds lesions that a clinic chose to examine; the many moles that nobody doubts are hardly in it.",
        ),
        licence="CC BY-NC 4.0 (non-commercial use)",
    ),
    group_column="lesion_id",
    models=("efficientnet_lite0_lite2", "efficientnet_lite0", "resnet50"),
    enhancements=("hair", "colour", "contrast"),
    any_way_up=True,
    by_appearance=True,
    scan_word="picture",
    icon=":material/dermatology:",
)

_TABLE = Modality(
    key="breast_features",
    title="Breast cell features",
    reads="Reads 30 measurements of cell nuclei from a fine-needle aspirate and tells benign from malignant.",
    names={"benign": "Benign", "malignant": "Malignant"},
    explanations={
        "benign": "A mass that does not spread.",
        "malignant": "Breast cancer.",
    },
    target=("malignant",),
    target_name="Malignancy probability",
    dataset=Dataset(
        name="Breast Cancer Wisconsin (Diagnostic)",
        citation="W. Wolberg, O. Mangasarian, N. Street and W. Street, Breast Cancer Wisconsin (Diagnostic), "
        "UCI Machine Learning Repository, 1995.",
        url="https://doi.org/10.24432/C5DW2B",
        leak="Preprocessing fitted on all rows, or one lucky split, flatters a model on so small a table.",
        licence="CC BY 4.0",
    ),
    input_size=None,
    models=("svm_rbf",),
    scan_word="row",
    icon=":material/table_chart:",
)

MODALITIES: dict[str, Modality] = {m.key: m for m in (_BRAIN, _ULTRASOUND, _HISTOLOGY, _LUNG, _SKIN, _TABLE)}


def get(key: str) -> Modality:
    """The entry of a modality.

    Raises:
        ScanError: if there is none of that key.
    """
    try:
        return MODALITIES[key]
    except KeyError:
        raise ScanError(f"There is no modality {key!r}; there are {', '.join(MODALITIES)}.") from None


def images() -> Iterator[Modality]:
    """The modalities that read pictures."""
    return (m for m in MODALITIES.values() if m.is_image)
