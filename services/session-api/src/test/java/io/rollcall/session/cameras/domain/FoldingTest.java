package io.rollcall.session.cameras.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldingTest {

    @ParameterizedTest
    @CsvSource({
        "Main GATE, main gate",
        "Café Ümit, cafe umit",
        "أحمد إبراهيم آل ٱلله, احمد ابراهيم ال الله",
        "بوابة, بوابه",
        "مبنى, مبني",
        "مُحَمَّد, محمد",
        "شـــارع, شارع",
        "ﻻ, لا",
        "کاميرا یمين, كاميرا يمين"
    })
    void whatWritersExchangeIsTheSame(String text, String same) {
        assertThat(Folding.fold(text)).isEqualTo(Folding.fold(same));
    }

    @ParameterizedTest
    @CsvSource({"بوابة, بوابات", "gate, date", "شارع, سارع"})
    void otherWordsStayOtherWords(String text, String other) {
        assertThat(Folding.fold(text)).isNotEqualTo(Folding.fold(other));
    }
}
