"""The window: shows state, emits intent. The only room with PySide6."""
