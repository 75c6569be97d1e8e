package io.rollcall.presence.rooms.http;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A part of a list: the first entries of what some partitions have, and how many they have in all. What an instance
 * answers to another one.
 */
record Fragment<T>(List<T> items, long total) {

    /** The first {@code top} of all fragments together. */
    static <T> Fragment<T> merged(List<Fragment<T>> fragments, Comparator<T> order, long top) {
        List<T> items = new ArrayList<>();
        long total = 0;
        for (Fragment<T> fragment : fragments) {
            items.addAll(fragment.items());
            total += fragment.total();
        }
        items.sort(order);
        return new Fragment<>(List.copyOf(items.subList(0, (int) Math.min(top, items.size()))), total);
    }
}
