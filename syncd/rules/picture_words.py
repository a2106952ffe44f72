"""The sentence for each code by which Shopify refuses a picture, at once or after fetching it.

Sources: the descriptions of MediaUserErrorCode, MediaErrorCode at shopify.dev, read 2026-11;
writes.md, 6. Shopify fetches a picture again only under another address or version.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.rules.limits import AGAIN
from syncd.rules.refusal_words import OURS, RESEND, WAIT, Words

ANOTHER = f"put another picture in its place {AGAIN}"
OPEN = f"give it a new address, one that anybody can open in a browser, {AGAIN}"
ANEW = f"give it a new address, under which Shopify fetches it once more, {AGAIN}"
SMALLER = f"put a smaller one in its place {AGAIN}"
NO_VIDEO = f"put a picture (JPEG, PNG, WebP or GIF) in its place {AGAIN}"
STORAGE = f"delete files that nobody uses under Content, Files in Shopify, {RESEND}"

# MediaUserErrorCode: of the calls that join pictures to products or variants.
MEDIA_WORDS: Mapping[str, Words] = {
    "INVALID_MEDIA_TYPE": Words("the file is no picture, so a variant cannot show it", NO_VIDEO),
    "MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED": Words("syncd sent too many pictures at once", OURS),
    "MEDIA_CANNOT_BE_MODIFIED": Words("Shopify is still at work on the picture", WAIT),
    "MEDIA_DOES_NOT_EXIST": Words("the picture is not in Shopify any more", WAIT),
    "MEDIA_DOES_NOT_EXIST_ON_PRODUCT": Words(
        "the picture is not at this product in Shopify any more", WAIT
    ),
    "MEDIA_IS_NOT_ATTACHED_TO_VARIANT": Words(
        "the variant does not show this picture in Shopify any more", WAIT
    ),
    "MISSING_ARGUMENTS": Words("syncd left out something that Shopify needs", OURS),
    "MODEL3D_THROTTLE_EXCEEDED": Words("Shopify takes no more 3D models for now", WAIT),
    "MODEL3D_VALIDATION_ERROR": Words("Shopify cannot use the file as a 3D model", NO_VIDEO),
    "NON_READY_MEDIA": Words("Shopify is still fetching the picture", WAIT),
    "PRODUCT_MEDIA_LIMIT_EXCEEDED": Words(
        "the product has more pictures than Shopify holds (250)",
        f"delete some of the product's pictures in Shopify or the Backoffice, {RESEND}",
    ),
    "PRODUCT_VARIANT_ALREADY_HAS_MEDIA": Words(
        "the variant shows another picture in Shopify already", WAIT
    ),
    "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT": Words(
        "the variant is not in Shopify any more", WAIT
    ),
    "PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES": Words("syncd named a variant twice", OURS),
    "SHOP_MEDIA_LIMIT_EXCEEDED": Words("the shop holds as many files as its plan allows", STORAGE),
    "TOO_MANY_MEDIA_PER_INPUT_PAIR": Words("syncd sent two pictures for one variant", OURS),
    "VIDEO_THROTTLE_EXCEEDED": Words("Shopify takes no more videos for now", WAIT),
    "VIDEO_VALIDATION_ERROR": Words("Shopify cannot use the file as a video", NO_VIDEO),
}
# FileErrorCode, the same as MediaErrorCode: of files that Shopify could not fetch or show.
FILE_WORDS: Mapping[str, Words] = {
    "DUPLICATE_FILENAME_ERROR": Words(
        "a file of the same name is in Shopify already", f"give it another file name {AGAIN}"
    ),
    "EXTERNAL_VIDEO_EMBED_DISABLED": Words("it is a video that no other site may show", NO_VIDEO),
    "EXTERNAL_VIDEO_EMBED_NOT_FOUND_OR_TRANSCODING": Words(
        "it is a video that is not there, or not ready", NO_VIDEO
    ),
    "EXTERNAL_VIDEO_INVALID_ASPECT_RATIO": Words("it is a video of the wrong shape", NO_VIDEO),
    "EXTERNAL_VIDEO_NOT_FOUND": Words("it is a video that is not there", NO_VIDEO),
    "EXTERNAL_VIDEO_UNLISTED": Words("it is a video that is private", NO_VIDEO),
    "FILE_STORAGE_LIMIT_EXCEEDED": Words(
        "the shop's files take as much room as its plan allows", STORAGE
    ),
    "GENERIC_FILE_DOWNLOAD_FAILURE": Words("Shopify could not download it", OPEN),
    "GENERIC_FILE_INVALID_SIZE": Words("the file is too large", SMALLER),
    "IMAGE_DOWNLOAD_FAILURE": Words("Shopify could not download it", OPEN),
    "IMAGE_PROCESSING_FAILURE": Words(
        "the file is damaged, or no picture that Shopify can read", ANOTHER
    ),
    "INVALID_IMAGE_ASPECT_RATIO": Words("it is too narrow or too flat", ANOTHER),
    "INVALID_IMAGE_FILE_SIZE": Words("the file is too large (Shopify takes 20 MB)", SMALLER),
    "INVALID_IMAGE_RESOLUTION": Words("it has too many pixels", SMALLER),
    "INVALID_SIGNED_URL": Words("its address has run out or was never valid", OPEN),
    "MEDIA_TIMEOUT_ERROR": Words("Shopify was at work on it for too long", ANEW),
    "MODEL3D_GLB_OUTPUT_CREATION_ERROR": Words("it is a 3D model that Shopify refuses", NO_VIDEO),
    "MODEL3D_GLB_TO_USDZ_CONVERSION_ERROR": Words(
        "it is a 3D model that Shopify cannot convert", NO_VIDEO
    ),
    "MODEL3D_PROCESSING_FAILURE": Words("it is a 3D model that Shopify cannot read", NO_VIDEO),
    "MODEL3D_THUMBNAIL_GENERATION_ERROR": Words(
        "it is a 3D model of which Shopify can make no small picture", NO_VIDEO
    ),
    "MODEL3D_THUMBNAIL_REGENERATION_ERROR": Words(
        "it is a 3D model of which Shopify can make no new small picture", NO_VIDEO
    ),
    "MODEL3D_VALIDATION_ERROR": MEDIA_WORDS["MODEL3D_VALIDATION_ERROR"],
    "UNKNOWN": Words("Shopify does not know why", ANEW),
    "UNSUPPORTED_IMAGE_FILE_TYPE": Words("Shopify cannot show this type of file", NO_VIDEO),
    "VIDEO_INVALID_FILETYPE_ERROR": Words("it is a video of a type that is not taken", NO_VIDEO),
    "VIDEO_MAX_DURATION_ERROR": Words("it is a video that lasts too long", NO_VIDEO),
    "VIDEO_MAX_HEIGHT_ERROR": Words("it is a video that is too high", NO_VIDEO),
    "VIDEO_MAX_WIDTH_ERROR": Words("it is a video that is too wide", NO_VIDEO),
    "VIDEO_METADATA_READ_ERROR": Words("it is a video that Shopify cannot read", NO_VIDEO),
    "VIDEO_MIN_DURATION_ERROR": Words("it is a video that does not last long enough", NO_VIDEO),
    "VIDEO_MIN_HEIGHT_ERROR": Words("it is a video that is not high enough", NO_VIDEO),
    "VIDEO_MIN_WIDTH_ERROR": Words("it is a video that is not wide enough", NO_VIDEO),
    "VIDEO_VALIDATION_ERROR": MEDIA_WORDS["VIDEO_VALIDATION_ERROR"],
}
