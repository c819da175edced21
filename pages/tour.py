from oncosecure.ui import tour

tour.show()
