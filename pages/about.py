from oncosecure.ui import about

about.show()
