"""A small Keras network behind scikit-learn's interface, for the comparison. Not among what is released."""

from __future__ import annotations

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin


class KerasMLP(ClassifierMixin, BaseEstimator):
    """One hidden layer, trained with Adam on the cross-entropy; labels are 0 and 1.

    Args:
        hidden: units of the hidden layer (ReLU).
        l2: weight of the squared norm of its weights.
        epochs, batch, rate: of the training.
        seed: of the weights and of the order of the rows.
    """

    def __init__(
        self, hidden: int = 16, l2: float = 1e-3, epochs: int = 40, batch: int = 32, rate: float = 5e-3, seed: int = 0
    ) -> None:
        self.hidden = hidden
        self.l2 = l2
        self.epochs = epochs
        self.batch = batch
        self.rate = rate
        self.seed = seed

    def fit(self, x: np.ndarray, y: np.ndarray) -> KerasMLP:
        """Train on (N, D) rows and (N,) labels."""
        import keras

        keras.backend.clear_session()  # Or the graphs of all networks ever fitted would pile up.
        keras.utils.set_random_seed(self.seed)
        self.classes_ = np.unique(y)
        self.network_ = self._network(x.shape[1])
        # All epochs as one: Keras' own work between epochs would cost more than these few rows.
        order = np.random.default_rng(self.seed)
        rows = np.concatenate([order.permutation(len(x)) for _ in range(self.epochs)])
        inputs, targets = x[rows].astype(np.float32), y[rows].astype(np.float32)
        self.network_.fit(inputs, targets, batch_size=self.batch, shuffle=False, verbose=0)
        return self

    def predict_proba(self, x: np.ndarray) -> np.ndarray:
        """(N, 2) probabilities."""
        import keras

        p = keras.ops.convert_to_numpy(self.network_(x.astype(np.float32))).astype(np.float64)
        return np.column_stack([1 - p, p])

    def predict(self, x: np.ndarray) -> np.ndarray:
        """(N,) labels."""
        return self.classes_[self.predict_proba(x).argmax(1)]

    def _network(self, features: int):
        import keras

        layers = [
            keras.Input((features,)),
            keras.layers.Dense(self.hidden, "relu", kernel_regularizer=keras.regularizers.L2(self.l2)),
            keras.layers.Dense(1, "sigmoid"),
        ]
        network = keras.Sequential(layers)
        network.compile(keras.optimizers.Adam(self.rate), "binary_crossentropy", steps_per_execution=16)
        return network
