"""Traces and technical logs for operators: no personal data, no address, no header of a visitor.

The usual instrumentation records URLs, user agents and `tracestate`, any of which a visitor can fill with
a name. So spans carry a route template and a status, and only the hexadecimal `traceparent` is believed.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
import sys
import time
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any

import requests
import structlog
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter
from opentelemetry.trace import NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from shared.tls import Tls

INSTANCE = r"^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$"
"""What a process may be called: as a pod, and nothing that could be a sentence."""
_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")


def new_instance() -> str:
    """A name for a process that was given none. Never the machine's, which is often called after whose it is."""
    return secrets.token_hex(4)


class Tracing:
    """The spans of one service, to a file or to a collector, to which it shows who it is (`tls`). `instance`: which of its replicas this is."""

    def __init__(self, service: str, target: str | None, instance: str = "", tls: Tls | None = None) -> None:
        who = {"service.name": service} | ({"service.instance.id": instance} if instance else {})
        self._provider = TracerProvider(resource=Resource.create(who))
        self._file = None
        if target:
            exporter: SpanExporter
            if target.startswith("http"):
                exporter = _to_collector(target, tls)
            else:
                self._file = open(target, "a", encoding="utf-8")  # noqa: SIM115  (closed with the service)
                exporter = ConsoleSpanExporter(out=self._file, formatter=lambda span: span.to_json(indent=None) + "\n")
            self._provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
        self._tracer = self._provider.get_tracer("meldpunt")

    def close(self) -> None:
        """Export what waits, and close the file of spans."""
        self._provider.shutdown()
        if self._file:
            self._file.close()

    @contextlib.contextmanager
    def span(
        self, name: str, *, parent: str | None = None, kind: SpanKind = SpanKind.INTERNAL, **attributes: Any
    ) -> Iterator[trace.Span]:
        """A span; `parent` is a traceparent from a header, believed only when it is well formed."""
        token = otel_context.attach(_context(parent)) if parent else None
        try:
            with self._tracer.start_as_current_span(
                name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
            ) as span:
                try:
                    yield span
                except BaseException as problem:
                    # The type only: messages of libraries repeat what they were given.
                    span.set_status(Status(StatusCode.ERROR, type(problem).__name__))
                    raise
        finally:
            if token:
                otel_context.detach(token)


def _to_collector(address: str, tls: Tls | None) -> SpanExporter:
    """Its files are read anew with each connection, as they are renewed."""
    if tls is None:
        return OTLPSpanExporter(endpoint=address)
    session = requests.Session()
    # Else an authority that the environment of the machine names would count instead.
    session.trust_env = False
    return OTLPSpanExporter(
        endpoint=address,
        session=session,
        certificate_file=str(tls.authorities),
        client_certificate_file=str(tls.certificate),
        client_key_file=str(tls.key),
    )


def _context(traceparent: str) -> otel_context.Context:
    found = _TRACEPARENT.match(traceparent)
    if found is None or set(found[1]) == {"0"} or set(found[2]) == {"0"}:
        return otel_context.Context()
    parent = SpanContext(
        int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16))
    )
    return trace.set_span_in_context(NonRecordingSpan(parent), otel_context.Context())


def unrecorded() -> str:
    """A traceparent of which no span is kept, nor any below it."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-00"


def lead_back_to(*earlier: str | None) -> None:
    """The present span leads to spans of long ago, by links: a trace that lasted as long as what it is about would be whole when
    nobody looks any more. What is in the same trace, or no traceparent, is left out."""
    present = trace.get_current_span()
    for one in {parent for parent in earlier if parent}:
        known = trace.get_current_span(_context(one)).get_span_context()
        if known.is_valid and known.trace_id != present.get_span_context().trace_id:
            present.add_link(known)


def traceparent() -> str | None:
    """The present span, to be stored with a message that leaves later."""
    span = trace.get_current_span().get_span_context()
    if not span.is_valid:
        return None
    return f"00-{span.trace_id:032x}-{span.span_id:016x}-{int(span.trace_flags):02x}"


def trace_id() -> str | None:
    """The current trace as 32 hex digits; None outside any."""
    span = trace.get_current_span().get_span_context()
    return f"{span.trace_id:032x}" if span.is_valid else None


@dataclass(frozen=True)
class Running:
    """What is under way: its trace, its span (None outside any), and for how long."""

    trace_id: str
    span_id: str | None
    milliseconds: int = 0


def running() -> Running:
    """The present span; outside any a trace that begins here."""
    span = trace.get_current_span()
    known = span.get_span_context()
    if not known.is_valid:
        return Running(secrets.token_hex(16), None)
    began = getattr(span, "start_time", None)
    lasted = max(0, time.time_ns() - began) // 1_000_000 if began else 0
    return Running(f"{known.trace_id:032x}", f"{known.span_id:016x}", lasted)


def _type_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Exceptions are logged by type and place, never by message."""
    info = event.pop("exc_info", None)
    if info:
        problem = info if isinstance(info, BaseException) else sys.exc_info()[1]
        if problem is not None:
            event["problem"] = type(problem).__name__
            frames = []
            step = problem.__traceback__
            while step is not None:
                frames.append(f"{step.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{step.tb_lineno}")
                step = step.tb_next
            event["where"] = " > ".join(frames[-5:])
    return event


class _LibraryLogs(logging.Handler):
    """What libraries log: the template and where, never the arguments, which can be content."""

    def emit(self, record: logging.LogRecord) -> None:
        problem = record.exc_info[1] if record.exc_info else None
        structlog.get_logger().log(
            record.levelno,
            "library",
            logger=record.name,
            template=str(record.msg)[:120] if record.args else "",
            at=f"{record.filename}:{record.lineno}",
            problem=type(problem).__name__ if problem else None,
        )


def _in_trace(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """In which trace it is said, where there is one: so a line leads to its spans, and these to their lines."""
    known = trace.get_current_span().get_span_context()
    if known.is_valid:
        event.update(trace_id=f"{known.trace_id:032x}", span_id=f"{known.span_id:016x}")
    return event


def set_up_logs(service: str, level: str, instance: str = "") -> None:
    """JSON lines on standard output, each with the service, which of its replicas says it, and the trace if there is one."""
    number = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _type_only,
            _in_trace,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, **({"instance": instance} if instance else {}))
    logging.root.handlers = [_LibraryLogs()]
    logging.root.setLevel(logging.WARNING)
    for noisy in ("uvicorn", "uvicorn.error", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).handlers = []
        logging.getLogger(noisy).propagate = True
