from oncosecure.ui import many

many.show()
