package io.rollcall.gateway;

import io.rollcall.kittest.ServiceArchitecture;

class ArchitectureTest implements ServiceArchitecture {}
