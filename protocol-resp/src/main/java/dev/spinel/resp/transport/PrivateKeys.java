package dev.spinel.resp.transport;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Reads private keys: PKCS#8 in PEM, with a pass phrase or without. Source: RFC 5208, RFC 7468. Any thread. */
final class PrivateKeys {
    private static final Pattern PEM =
            Pattern.compile("-----BEGIN ((?:[A-Z]+ )?PRIVATE KEY)-----([^-]*)-----END \\1-----");

    private PrivateKeys() {}

    /**
     * The key in a file.
     *
     * @param owner what the key must belong to
     * @throws GeneralSecurityException with the reason when it is no such key, or the pass phrase is wrong
     */
    static PrivateKey read(Path file, String password, PublicKey owner) throws IOException, GeneralSecurityException {
        Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new GeneralSecurityException("no private key in it");
        }
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(pem.group(2));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("malformed base64", e);
        }
        PKCS8EncodedKeySpec spec =
                switch (pem.group(1)) {
                    case "PRIVATE KEY" -> new PKCS8EncodedKeySpec(encoded);
                    case "ENCRYPTED PRIVATE KEY" -> decrypt(encoded, password);
                    default ->
                        throw new GeneralSecurityException("a key of the form '" + pem.group(1)
                                + "' (expected: PKCS#8, which 'openssl pkcs8 -topk8' makes of it)");
                };
        PrivateKey key = KeyFactory.getInstance(owner.getAlgorithm()).generatePrivate(spec);
        requirePair(key, owner);
        return key;
    }

    private static PKCS8EncodedKeySpec decrypt(byte[] encoded, String password)
            throws IOException, GeneralSecurityException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
        // The JDK calls PBES2 by the algorithms that its parameters name.
        String algorithm =
                info.getAlgName().equals("PBES2") || info.getAlgName().equals("1.2.840.113549.1.5.13")
                        ? info.getAlgParameters().toString()
                        : info.getAlgName();
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(password.toCharArray())),
                info.getAlgParameters());
        return info.getKeySpec(cipher);
    }

    /** Refuses a key that does not belong to a certificate: what it signs, that must verify. */
    private static void requirePair(PrivateKey key, PublicKey owner) throws GeneralSecurityException {
        String algorithm =
                switch (owner.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> owner.getAlgorithm();
                };
        byte[] text = PrivateKeys.class.getName().getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(owner);
        signature.update(text);
        boolean belongs;
        try {
            belongs = signature.verify(signed);
        } catch (GeneralSecurityException e) {
            throw new GeneralSecurityException("key values mismatch: it does not belong to the certificate", e);
        }
        if (!belongs) {
            throw new GeneralSecurityException("key values mismatch: it does not belong to the certificate");
        }
    }
}
