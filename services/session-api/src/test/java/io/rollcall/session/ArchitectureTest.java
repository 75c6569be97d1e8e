package io.rollcall.session;

import io.rollcall.kittest.ServiceArchitecture;

class ArchitectureTest implements ServiceArchitecture {}
