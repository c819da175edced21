"""The table of cell-nucleus measurements: its data, the models compared on it, the released one, rows and CSV files.

Importing the package loads nothing heavy. Start with `analysis.analyze` for one row,
`predict.rows` for a CSV file, and `python -m oncosecure.tabular.train` to make the released files anew.
"""
