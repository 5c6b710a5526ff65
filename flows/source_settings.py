"""What the settings say of one source: where its exports come from and which mapping reads them."""

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

Api = Literal[
    "meta-page", "instagram", "youtube", "x", "mastodon", "bluesky", "signalen", "open-klant"
]  # fmt: skip
_HAS_NO_FIXED_ADDRESS = ("mastodon", "signalen", "open-klant")
_GIVES_TOKENS = ("signalen",)
_HAS_AN_ACCOUNT = ("meta-page", "instagram", "youtube", "x", "mastodon", "bluesky")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Part(BaseModel):
    """A block of the settings; a key that is not listed is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Collect(Part):
    """An API to pull from. days: how far back every night looks again; token: name of a secret.

    The secret is environment variable WEERKLANK_<token>, or "prefect:<block>". With token_url it is the
    secret of `client`, for which that address gives a token (OAuth 2.0 client credentials).
    """

    api: Api
    account: str = ""
    url: str = Field("", pattern=r"^(https?://.+)?$")
    days: int = Field(35, ge=1, le=400)
    token: str = Field("", pattern=r"^([A-Z][A-Z0-9_]*|prefect:[a-z0-9-]+)?$")
    token_url: str = Field("", pattern=r"^(https?://.+)?$")
    client: str = ""
    keep_raw_days: int = Field(7, ge=1, le=90)

    @model_validator(mode="after")
    def _whole(self) -> "Collect":
        if self.api in _HAS_NO_FIXED_ADDRESS and not self.url:
            raise ValueError(f'{self.api} heeft geen vast adres; zet er url = "https://..." bij')
        if self.api in _HAS_AN_ACCOUNT and not self.account:
            raise ValueError(f'{self.api} haalt een account op; zet er account = "..." bij')
        if self.token_url and self.api not in _GIVES_TOKENS:
            raise ValueError(f"{self.api} kent geen token_url; haal hem weg en zet het token zelf in token")
        if bool(self.token_url) != bool(self.client) or (self.token_url and not self.token):
            raise ValueError("token_url, client en token horen bij elkaar; geef ze alle drie of alleen token")
        return self


class Source(Part):
    """One source: its files or API, and the mapping that reads them (a .yaml file, or a built-in one).

    files: patterns on disk, or with s3://, sftp://, https:// or webdavs:// in front. login: name of the
    credentials for those. settle_seconds: how long a file must have been left alone; zero on disk, sixty
    elsewhere. gone_after: after so many whole passes without it, a message counts as deleted at the source;
    every file must then be a whole listing of its period.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    mapping: str
    files: Annotated[list[str], BeforeValidator(_as_list)] = []
    quotable: bool | None = None
    login: str | None = Field(None, pattern=r"^[A-Z][A-Z0-9_]*$")
    settle_seconds: int | None = Field(None, ge=0, le=86_400)
    gone_after: int | None = Field(None, ge=1, le=60)
    collect: Collect | None = None

    @model_validator(mode="after")
    def _from_somewhere(self) -> "Source":
        if bool(self.files) == (self.collect is not None):
            raise ValueError("geef files (bestanden) of collect (een API), een van beide")
        return self
