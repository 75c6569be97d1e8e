package io.rollcall.session.cameras.domain;

import java.text.Normalizer;
import java.util.Locale;

/**
 * What a name is when it is searched for: without case, and in Arabic without what writers leave out or exchange
 * (vowel marks, tatweel, hamzas on alefs, teh marbuta for heh, alef maksura for yeh). Accents of other scripts go too.
 */
public final class Folding {

    private Folding() {}

    /** The folded text. */
    public static String fold(String text) {
        // Compatibility forms too: old systems send letters in their presentation forms.
        String apart = Normalizer.normalize(text, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
        var folded = new StringBuilder(apart.length());
        apart.codePoints().forEach(c -> {
            switch (c) {
                case 'أ', 'إ', 'آ', 'ٱ' -> folded.append('ا');
                case 'ة' -> folded.append('ه');
                case 'ى', 'ی' -> folded.append('ي');
                case 'ک' -> folded.append('ك');
                case 'ـ', '\u200e', '\u200f' -> {}
                default -> {
                    if (Character.getType(c) != Character.NON_SPACING_MARK) {
                        folded.appendCodePoint(c);
                    }
                }
            }
        });
        return folded.toString();
    }
}
