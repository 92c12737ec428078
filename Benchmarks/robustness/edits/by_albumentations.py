"""Edits by Albumentations, a library that alters pictures to train networks with."""
import os

# It would ask the registry for a newer version of itself.
os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"

import albumentations as library  # noqa: E402
import cv2  # noqa: E402
import numpy as np  # noqa: E402
from PIL import Image  # noqa: E402

from .canvas import encoded  # noqa: E402

# There is a process for each core already.
cv2.setNumThreads(1)


def by(transform):
    """An edit: what `transform` makes, drawn by the generator."""
    def edit(image, rng):
        pipeline = library.Compose([transform(image)], seed=rng.randrange(2**31))
        return encoded(Image.fromarray(np.ascontiguousarray(pipeline(image=np.asarray(image))["image"])))
    return edit


def part(image):
    """A part of 90 to 100 percent of the area, scaled to what the whole was."""
    return library.RandomResizedCrop(size=(image.height, image.width), scale=(0.9, 1), ratio=(
        0.97 * image.width / image.height, 1.03 * image.width / image.height), p=1)


EDITS = {
    "Albumentations": {
        "Albumentations brightness, contrast": by(lambda i: library.RandomBrightnessContrast(0.3, 0.3, p=1)),
        "Albumentations hue, saturation": by(lambda i: library.HueSaturationValue(p=1)),
        "Albumentations CLAHE": by(lambda i: library.CLAHE(p=1)),
        "Albumentations gamma": by(lambda i: library.RandomGamma((60, 160), p=1)),
        "Albumentations sepia": by(lambda i: library.ToSepia(p=1)),
        "Albumentations Gaussian noise": by(lambda i: library.GaussNoise(std_range=(0.06, 0.15), p=1)),
        "Albumentations ISO noise": by(lambda i: library.ISONoise(p=1)),
        "Albumentations motion blur": by(lambda i: library.MotionBlur(blur_limit=(7, 13), p=1)),
        "Albumentations median blur": by(lambda i: library.MedianBlur(blur_limit=(5, 7), p=1)),
        "Albumentations downscale": by(lambda i: library.Downscale(scale_range=(0.25, 0.5), p=1)),
        "Albumentations compression": by(lambda i: library.ImageCompression(quality_range=(15, 50), p=1)),
        "Albumentations posterize": by(lambda i: library.Posterize(num_bits=(3, 4), p=1)),
        "Albumentations fog": by(lambda i: library.RandomFog(fog_coef_range=(0.1, 0.3), alpha_coef=0.08, p=1)),
        "Albumentations rain": by(lambda i: library.RandomRain(rain_type="drizzle", blur_value=3, p=1)),
        "Albumentations shadow": by(lambda i: library.RandomShadow(p=1)),
        "Albumentations rotate 3": by(lambda i: library.SafeRotate(limit=(-3, 3), p=1)),
        "Albumentations affine": by(lambda i: library.Affine(
            scale=(0.97, 1.03), translate_percent=(-0.02, 0.02), rotate=(-2, 2), shear=(-2, 2), p=1)),
        "Albumentations perspective": by(lambda i: library.Perspective(scale=(0.02, 0.05), p=1)),
        "Albumentations perspective, all in": by(
            lambda i: library.Perspective(scale=(0.02, 0.05), fit_output=True, p=1)),
        "Albumentations optical distortion": by(lambda i: library.OpticalDistortion((-0.05, 0.05), p=1)),
        "Albumentations grid distortion": by(
            lambda i: library.GridDistortion(num_steps=5, distort_limit=(-0.08, 0.08), p=1)),
        "Albumentations crop of 90 to 100 %": by(part),
        "Albumentations horizontal flip": by(lambda i: library.HorizontalFlip(p=1)),
        "Albumentations transpose": by(lambda i: library.Transpose(p=1)),
    },
}
