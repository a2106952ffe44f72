"""The sentence for each code by which Shopify refuses a picture, at once or after fetching it.

Sources: the descriptions of MediaUserErrorCode, MediaErrorCode at shopify.dev, read 2026-11;
writes.md, 6. Shopify fetches a picture again only under another address or version.
"""

from __future__ import annotations

from collections.abc import Mapping

from syncd.phrases import phrase
from syncd.rules.limits import AGAIN
from syncd.rules.refusal_words import OURS, RESEND, WAIT, Words

ANOTHER = phrase("put another picture in its place {again}", again=AGAIN)
OPEN = phrase("give it a new address, one that anybody can open in a browser, {again}", again=AGAIN)
ANEW = phrase(
    "give it a new address, under which Shopify fetches it once more, {again}", again=AGAIN
)
SMALLER = phrase("put a smaller one in its place {again}", again=AGAIN)
NO_VIDEO = phrase("put a picture (JPEG, PNG, WebP or GIF) in its place {again}", again=AGAIN)
STORAGE = phrase(
    "delete files that nobody uses under Content, Files in Shopify, {resend}", resend=RESEND
)

# MediaUserErrorCode: of the calls that join pictures to products or variants.
MEDIA_WORDS: Mapping[str, Words] = {
    "INVALID_MEDIA_TYPE": Words(
        phrase("the file is no picture, so a variant cannot show it"), NO_VIDEO
    ),
    "MAXIMUM_VARIANT_MEDIA_PAIRS_EXCEEDED": Words(
        phrase("syncd sent too many pictures at once"), OURS
    ),
    "MEDIA_CANNOT_BE_MODIFIED": Words(phrase("Shopify is still at work on the picture"), WAIT),
    "MEDIA_DOES_NOT_EXIST": Words(phrase("the picture is not in Shopify any more"), WAIT),
    "MEDIA_DOES_NOT_EXIST_ON_PRODUCT": Words(
        phrase("the picture is not at this product in Shopify any more"), WAIT
    ),
    "MEDIA_IS_NOT_ATTACHED_TO_VARIANT": Words(
        phrase("the variant does not show this picture in Shopify any more"), WAIT
    ),
    "MISSING_ARGUMENTS": Words(phrase("syncd left out something that Shopify needs"), OURS),
    "MODEL3D_THROTTLE_EXCEEDED": Words(phrase("Shopify takes no more 3D models for now"), WAIT),
    "MODEL3D_VALIDATION_ERROR": Words(
        phrase("Shopify cannot use the file as a 3D model"), NO_VIDEO
    ),
    "NON_READY_MEDIA": Words(phrase("Shopify is still fetching the picture"), WAIT),
    "PRODUCT_MEDIA_LIMIT_EXCEEDED": Words(
        phrase("the product has more pictures than Shopify holds (250)"),
        phrase(
            "delete some of the product's pictures in Shopify or the Backoffice, {resend}",
            resend=RESEND,
        ),
    ),
    "PRODUCT_VARIANT_ALREADY_HAS_MEDIA": Words(
        phrase("the variant shows another picture in Shopify already"), WAIT
    ),
    "PRODUCT_VARIANT_DOES_NOT_EXIST_ON_PRODUCT": Words(
        phrase("the variant is not in Shopify any more"), WAIT
    ),
    "PRODUCT_VARIANT_SPECIFIED_MULTIPLE_TIMES": Words(phrase("syncd named a variant twice"), OURS),
    "SHOP_MEDIA_LIMIT_EXCEEDED": Words(
        phrase("the shop holds as many files as its plan allows"), STORAGE
    ),
    "TOO_MANY_MEDIA_PER_INPUT_PAIR": Words(phrase("syncd sent two pictures for one variant"), OURS),
    "VIDEO_THROTTLE_EXCEEDED": Words(phrase("Shopify takes no more videos for now"), WAIT),
    "VIDEO_VALIDATION_ERROR": Words(phrase("Shopify cannot use the file as a video"), NO_VIDEO),
}
# FileErrorCode, the same as MediaErrorCode: of files that Shopify could not fetch or show.
FILE_WORDS: Mapping[str, Words] = {
    "DUPLICATE_FILENAME_ERROR": Words(
        phrase("a file of the same name is in Shopify already"),
        phrase("give it another file name {again}", again=AGAIN),
    ),
    "EXTERNAL_VIDEO_EMBED_DISABLED": Words(
        phrase("it is a video that no other site may show"), NO_VIDEO
    ),
    "EXTERNAL_VIDEO_EMBED_NOT_FOUND_OR_TRANSCODING": Words(
        phrase("it is a video that is not there, or not ready"), NO_VIDEO
    ),
    "EXTERNAL_VIDEO_INVALID_ASPECT_RATIO": Words(
        phrase("it is a video of the wrong shape"), NO_VIDEO
    ),
    "EXTERNAL_VIDEO_NOT_FOUND": Words(phrase("it is a video that is not there"), NO_VIDEO),
    "EXTERNAL_VIDEO_UNLISTED": Words(phrase("it is a video that is private"), NO_VIDEO),
    "FILE_STORAGE_LIMIT_EXCEEDED": Words(
        phrase("the shop's files take as much room as its plan allows"), STORAGE
    ),
    "GENERIC_FILE_DOWNLOAD_FAILURE": Words(phrase("Shopify could not download it"), OPEN),
    "GENERIC_FILE_INVALID_SIZE": Words(phrase("the file is too large"), SMALLER),
    "IMAGE_DOWNLOAD_FAILURE": Words(phrase("Shopify could not download it"), OPEN),
    "IMAGE_PROCESSING_FAILURE": Words(
        phrase("the file is damaged, or no picture that Shopify can read"), ANOTHER
    ),
    "INVALID_IMAGE_ASPECT_RATIO": Words(phrase("it is too narrow or too flat"), ANOTHER),
    "INVALID_IMAGE_FILE_SIZE": Words(
        phrase("the file is too large (Shopify takes 20 MB)"), SMALLER
    ),
    "INVALID_IMAGE_RESOLUTION": Words(phrase("it has too many pixels"), SMALLER),
    "INVALID_SIGNED_URL": Words(phrase("its address has run out or was never valid"), OPEN),
    "MEDIA_TIMEOUT_ERROR": Words(phrase("Shopify was at work on it for too long"), ANEW),
    "MODEL3D_GLB_OUTPUT_CREATION_ERROR": Words(
        phrase("it is a 3D model that Shopify refuses"), NO_VIDEO
    ),
    "MODEL3D_GLB_TO_USDZ_CONVERSION_ERROR": Words(
        phrase("it is a 3D model that Shopify cannot convert"), NO_VIDEO
    ),
    "MODEL3D_PROCESSING_FAILURE": Words(
        phrase("it is a 3D model that Shopify cannot read"), NO_VIDEO
    ),
    "MODEL3D_THUMBNAIL_GENERATION_ERROR": Words(
        phrase("it is a 3D model of which Shopify can make no small picture"), NO_VIDEO
    ),
    "MODEL3D_THUMBNAIL_REGENERATION_ERROR": Words(
        phrase("it is a 3D model of which Shopify can make no new small picture"), NO_VIDEO
    ),
    "MODEL3D_VALIDATION_ERROR": MEDIA_WORDS["MODEL3D_VALIDATION_ERROR"],
    "UNKNOWN": Words(phrase("Shopify does not know why"), ANEW),
    "UNSUPPORTED_IMAGE_FILE_TYPE": Words(phrase("Shopify cannot show this type of file"), NO_VIDEO),
    "VIDEO_INVALID_FILETYPE_ERROR": Words(
        phrase("it is a video of a type that is not taken"), NO_VIDEO
    ),
    "VIDEO_MAX_DURATION_ERROR": Words(phrase("it is a video that lasts too long"), NO_VIDEO),
    "VIDEO_MAX_HEIGHT_ERROR": Words(phrase("it is a video that is too high"), NO_VIDEO),
    "VIDEO_MAX_WIDTH_ERROR": Words(phrase("it is a video that is too wide"), NO_VIDEO),
    "VIDEO_METADATA_READ_ERROR": Words(phrase("it is a video that Shopify cannot read"), NO_VIDEO),
    "VIDEO_MIN_DURATION_ERROR": Words(
        phrase("it is a video that does not last long enough"), NO_VIDEO
    ),
    "VIDEO_MIN_HEIGHT_ERROR": Words(phrase("it is a video that is not high enough"), NO_VIDEO),
    "VIDEO_MIN_WIDTH_ERROR": Words(phrase("it is a video that is not wide enough"), NO_VIDEO),
    "VIDEO_VALIDATION_ERROR": MEDIA_WORDS["VIDEO_VALIDATION_ERROR"],
}
