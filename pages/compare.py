from oncosecure.ui import compare

compare.show()
