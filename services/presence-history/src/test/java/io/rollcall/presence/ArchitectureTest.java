package io.rollcall.presence;

import io.rollcall.kittest.ServiceArchitecture;

class ArchitectureTest implements ServiceArchitecture {}
