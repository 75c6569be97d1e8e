package io.rollcall.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void namesStandLeftAndFiguresRight() {
        var table = new Table("receiver", "req/s");
        table.row("us", Table.number(31_800.4, 0));
        table.row("the other one", Table.number(7, 0));

        assertThat(table).hasToString("""
                receiver         req/s
                us              31,800
                the other one        7
                """);
    }

    @Test
    void aRowHasACellForEveryTitle() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Table("a", "b").row("1"));
    }
}
