"""`assay serve`: starts the server and prints where it answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assay.cli.output import AsJson, make_app, print_json
from assay.cli.settings import DATA, BlobStore, Data, Database, folder

app = make_app()


@app.command()
def serve(
    *,
    data: Data = DATA,
    database: Database = "",
    blobs: BlobStore = "",
    host: Annotated[str, typer.Option(envvar="ASSAY_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="ASSAY_PORT", min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    public_url: Annotated[
        str, typer.Option(envvar="ASSAY_PUBLIC_URL", help="Address people use, such as https://assay.example.")
    ] = "",
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", envvar="ASSAY_BEHIND_PROXY", help="A proxy in front ends TLS.")
    ] = False,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(envvar="ASSAY_TRUSTED_PROXIES", help="Address of that proxy; repeat for several."),
    ] = None,
    tls_certificate: Annotated[str, typer.Option(envvar="ASSAY_TLS_CERTIFICATE", help="Certificate chain, PEM.")] = "",
    tls_key: Annotated[str, typer.Option(envvar="ASSAY_TLS_KEY", help="Its private key, PEM.")] = "",
    import_root: Annotated[
        list[Path] | None,
        typer.Option(
            envvar="ASSAY_IMPORT_ROOTS", help="Folder that imports may read on this machine; repeat for several."
        ),
    ] = None,
    allow_store: Annotated[
        list[str] | None,
        typer.Option(
            envvar="ASSAY_ALLOW_STORES", help="Prefix of object-store addresses imports may read; repeat for several."
        ),
    ] = None,
    allow_model_server: Annotated[
        list[str] | None,
        typer.Option(
            envvar="ASSAY_ALLOW_MODEL_SERVERS",
            help="Address of a model server that may be asked for suggestions; repeat for several.",
        ),
    ] = None,
    trainer: Annotated[
        list[str] | None,
        typer.Option(
            envvar="ASSAY_TRAINERS",
            help="NAME=COMMAND or NAME=python:module:function: what trains; repeat for several.",
        ),
    ] = None,
    open_projects: Annotated[
        bool, typer.Option("--open-projects", envvar="ASSAY_OPEN_PROJECTS", help="Let everybody make projects.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Start the server; the first start prints a link that makes you the first administrator."""
    from assay.bootstrap import Settings, build
    from assay.cli.first import first_link
    from assay.server import Server, check_bind

    settings = Settings(
        data=folder(data),
        database_url=database,
        blobs_url=blobs,
        host=host,
        port=port,
        public_url=public_url.rstrip("/"),
        behind_proxy=behind_proxy,
        trusted_proxies=tuple(trusted_proxy or ("127.0.0.1", "::1")),
        tls_certificate=tls_certificate,
        tls_key=tls_key,
        import_roots=tuple(folder(root) for root in import_root or ()),
        stores_allowed=tuple(allow_store or ()),
        model_servers=tuple(allow_model_server or ()),
        trainers=tuple(trainer or ()),
        open_projects=open_projects,
    )
    check_bind(settings)
    services = build(settings)

    def tell(address: str) -> None:
        link = first_link(services)
        first = f"{address}/link#{link.secret}" if link else None
        if as_json:
            print_json({"address": address, "data": str(settings.data), "first_administrator": first})
            return
        print(f"Assay answers at {address}")
        if first:
            print(f"First administrator, one use, from this machine only: {first}")
        print("Ctrl-C stops it; the data stays in", settings.data, flush=True)

    try:
        Server(services, started=tell, apart=True).serve_until_stopped()
    except KeyboardInterrupt:  # the way to stop it
        if not as_json:
            print("Stopped.")
    finally:
        services.close()
