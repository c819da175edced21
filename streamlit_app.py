"""The app's entry point: pages and their look. Start it with `python -m oncosecure.ui.serve`."""

from oncosecure.ui import host, navigation, style

host.prepare()
style.configure()
navigation.pages().run()
