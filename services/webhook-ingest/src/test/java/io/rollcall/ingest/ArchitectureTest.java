package io.rollcall.ingest;

import io.rollcall.kittest.ServiceArchitecture;

class ArchitectureTest implements ServiceArchitecture {}
