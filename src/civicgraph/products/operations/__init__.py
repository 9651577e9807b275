"""Writes of the products room."""

from civicgraph.products.operations.describing import DescribeProduct, describe_product
from civicgraph.products.operations.inputs import CreateProduct, ProductVersion, SetProductPicture, UpdateProduct
from civicgraph.products.operations.inquiring import InquireProduct, inquire_product
from civicgraph.products.operations.listing import create_product, publish_product, update_product, withdraw_product
from civicgraph.products.operations.picture import remove_product_picture, set_product_picture

__all__ = [
    "CreateProduct",
    "DescribeProduct",
    "InquireProduct",
    "ProductVersion",
    "SetProductPicture",
    "UpdateProduct",
    "create_product",
    "describe_product",
    "inquire_product",
    "publish_product",
    "remove_product_picture",
    "set_product_picture",
    "update_product",
    "withdraw_product",
]
