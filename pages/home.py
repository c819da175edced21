from oncosecure.ui import home

home.show()
