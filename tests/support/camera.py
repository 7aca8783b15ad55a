"""A camera for Chromium: a still picture as raw video, which the browser takes for a lens."""

import io
from pathlib import Path

from PIL import Image

WIDTH, HEIGHT, FRAMES = 1280, 720, 4


def film(picture: bytes, path: Path) -> Path:
    """The picture, centred on grey, as a Y4M film at the path."""
    scene = Image.new("L", (WIDTH, HEIGHT), 120)
    shown = Image.open(io.BytesIO(picture)).convert("L")
    shown.thumbnail((WIDTH * 3 // 4, HEIGHT * 3 // 4))
    scene.paste(shown, ((WIDTH - shown.width) // 2, (HEIGHT - shown.height) // 2))
    frame = b"FRAME\n" + scene.tobytes() + bytes([128]) * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * FRAMES)
    return path
