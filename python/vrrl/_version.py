"""The version, which is that of the library: tools/wheel and a test hold it to include/vrrl/log/version.h."""

__version__ = "0.1.0"
