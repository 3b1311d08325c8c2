// SPDX-License-Identifier: AGPL-3.0-only
pragma circom 2.1.5;

include "circomlib/circuits/babyjub.circom";
include "circomlib/circuits/eddsaposeidon.circom";

// Hint only: P = (8^-1 mod l) * (x, y) on Baby Jubjub, so that 8P = (x, y) when (x, y) lies in the subgroup of prime
// order l. Projective unified addition (add-2008-bbjlp): one inversion. Nothing rests on this being right.
function EIGHTH(x, y) {
    var scalar = 2394026564107420727433200628387514462817212225638746351800188703329891451411;
    var a = 168700;
    var d = 168696;
    var sum[3] = [0, 1, 1];
    for (var i = 250; i >= 0; i--) {
        for (var part = 0; part < 2; part++) {
            if (part == 0 || ((scalar >> i) & 1) == 1) {
                var other[3] = [x, y, 1];
                if (part == 0) { other = sum; }
                var A = sum[2] * other[2];
                var B = A * A;
                var C = sum[0] * other[0];
                var D = sum[1] * other[1];
                var E = d * C * D;
                var F = B - E;
                var G = B + E;
                var X = A * F * ((sum[0] + sum[1]) * (other[0] + other[1]) - C - D);
                var Y = A * G * (D - a * C);
                sum = [X, Y, F * G];
            }
        }
    }
    var inverse = sum[2] != 0 ? 1 / sum[2] : 0;
    return [sum[0] * inverse, sum[1] * inverse];
}

// EdDSA-Poseidon (circomlib's scheme) where on = 1; where on = 0 it verifies nothing and any key will do.
//
//   on       boolean (the caller's duty)      key_x, key_y  the key, used where on = 1
//   r8_x, r8_y, s                             the signature; forced to 0 where on = 0 (r8_x by R on the curve)
//   message  field element
//
//   | phase    | what                                                                            |
//   | idle     | the key becomes the base point, R the neutral point, S = 0                      |
//   | points   | R on the curve; P on the curve and key = 8P: the key is on the curve and in the  |
//   |          | subgroup of prime order (a key that is not, (0, 0) included, has no such P)      |
//   | verifier | S < order, key is not the neutral point, S*B = R + 8*h*key                       |
template Signature() {
    signal input on;
    signal input key_x;
    signal input key_y;
    signal input r8_x;
    signal input r8_y;
    signal input s;
    signal input message;

    var base[2] = [
        5299619240641551281634865583518297030282874472190772894086521144482721001553,
        16950150798460657717958625567821834550301663161624707787222815936182638968203
    ];
    (1 - on) * r8_y === 0;
    (1 - on) * s === 0;

    signal used_x <== base[0] + on * (key_x - base[0]);
    signal used_y <== base[1] + on * (key_y - base[1]);

    signal eighth[2];
    var hint[2] = EIGHTH(used_x, used_y);
    eighth[0] <-- hint[0];
    eighth[1] <-- hint[1];
    component on_curve = BabyCheck(); // CHK-1: P on the curve
    on_curve.x <== eighth[0];
    on_curve.y <== eighth[1];
    component double[3];
    for (var i = 0; i < 3; i++) {
        double[i] = BabyDbl();
        if (i == 0) {
            double[i].x <== eighth[0];
            double[i].y <== eighth[1];
        } else {
            double[i].x <== double[i - 1].xout;
            double[i].y <== double[i - 1].yout;
        }
    }
    double[2].xout === used_x; // CHK-1: key = 8P, so in the subgroup
    double[2].yout === used_y;

    component r_on_curve = BabyCheck(); // TRF-1, WDR-1, CHK-2: R on the curve
    r_on_curve.x <== r8_x;
    r_on_curve.y <== r8_y + 1 - on;

    component verifier = EdDSAPoseidonVerifier(); // TRF-1, WDR-1, CHK-2; CHK-1: not the neutral point
    verifier.enabled <== on;
    verifier.Ax <== used_x;
    verifier.Ay <== used_y;
    verifier.S <== s;
    verifier.R8x <== r8_x;
    verifier.R8y <== r8_y + 1 - on;
    verifier.M <== message;
}
