package io.rollcall.kittest.planted.edge;

import io.rollcall.broker.Broker;

/** Prints, knows the infrastructure, and has a name that says nothing. */
public class RosterManager {

    void prints() {
        System.out.println("hello");
    }

    Broker knowsTheInfrastructure(Broker broker) {
        return broker;
    }
}
