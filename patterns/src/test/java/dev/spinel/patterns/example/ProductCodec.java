package dev.spinel.patterns.example;

import dev.spinel.patterns.example.ProductService.Product;
import dev.spinel.patterns.transport.Codec;
import java.math.BigDecimal;

/** Products as lines of text. */
final class ProductCodec implements Codec<Product> {
    @Override
    public byte[] encode(Product product) {
        return Codec.utf8().encode(product.id() + '\n' + product.name() + '\n' + product.price());
    }

    @Override
    public Product decode(byte[] bytes) {
        String[] lines = Codec.utf8().decode(bytes).split("\n", 3);
        return new Product(lines[0], lines[1], new BigDecimal(lines[2]));
    }
}
