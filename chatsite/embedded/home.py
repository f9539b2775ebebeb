import tempfile
from pathlib import Path

from chatsite.embedded.binaries import Binaries, copy_binaries, find_binaries
from chatsite.embedded.user import User
from chatsite.trouble import Trouble

PLACES_FOR_OTHERS = [Path("/var/lib"), Path("/var/tmp")]  # noqa: S108


def find_home(data: Path, user: User, *, say) -> tuple[Path, Binaries]:
    """Where the databases keep their files, and programs that their user can run."""
    home = _home_in(data, user)
    binaries = find_binaries()
    if not (user.can([binaries.postgres, "--version"]) and user.can([binaries.valkey, "--version"])):
        binaries = copy_binaries(home)
    if home.parent != data:
        say(f"{user.name}, who runs the databases, cannot reach {data}: they are kept in {home}.")
    return home, binaries


def _home_in(data: Path, user: User) -> Path:
    """`databases` in the data folder, which for a user shut out of there is a link to another place."""
    home = data / "databases"
    if home.is_symlink():
        if not home.exists():
            raise Trouble(
                f"{home} leads to {home.readlink()}, which is gone: put it back, or remove the link to start empty."
            )
        return home.resolve()
    if not home.exists():
        if user.is_other:
            user.own(data)
        if not user.can_write_in(data):
            place = next(place for place in PLACES_FOR_OTHERS if place.is_dir())
            elsewhere = Path(tempfile.mkdtemp(prefix="parley-", dir=place))
            user.own(elsewhere)
            home.symlink_to(elsewhere)
            return elsewhere
        home.mkdir(mode=0o700)
        user.own(home)
    return home
