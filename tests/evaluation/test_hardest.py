import numpy as np

from oncosecure.evaluation import hardest


def test_the_surest_mistakes_come_first(outcomes):
    model = outcomes(skill=1)
    rows = hardest.confidently_wrong(model, 5)
    assert not model.right[rows].any()
    sure = model.probabilities.max(1)
    assert (np.diff(sure[rows]) <= 0).all()
    assert sure[rows[0]] == sure[~model.right].max()


def test_the_least_sure_of_the_right_answers_come_first(outcomes):
    model = outcomes(skill=1)
    rows = hardest.barely_right(model, 5)
    assert model.right[rows].all()
    sure = model.probabilities.max(1)
    assert (np.diff(sure[rows]) >= 0).all()
    assert sure[rows[0]] == sure[model.right].min()


def test_the_hardest_pictures_are_hard_for_both(outcomes):
    models = [outcomes(skill=1), outcomes(skill=1, seed=1)]
    rows = hardest.hardest(models, 4)
    mean = hardest.right_probability(models)
    assert set(mean[rows]) == set(np.sort(mean)[:4])


def test_what_only_one_model_gets_right(outcomes):
    one, other = outcomes(skill=2), outcomes(skill=1, seed=1)
    rows = hardest.only_right(one, other)
    assert one.right[rows].all() and not other.right[rows].any()
    assert len(rows) == (one.right & ~other.right).sum()
