package io.rollcall.quota;

import io.rollcall.kittest.ServiceArchitecture;

class ArchitectureTest implements ServiceArchitecture {}
