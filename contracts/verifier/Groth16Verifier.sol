// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Groth16 verifier over BN254 for one verifying key with four public inputs
/// @notice The key is checked once, by the constructor, and lives in immutables (code, not storage), so one source serves
///         every shape. Points are words in the order of the precompiles: G1 = (x, y), G2 = (x.imaginary, x.real,
///         y.imaginary, y.real). A proof is (A, B, C): 2 + 4 + 2 words. Public inputs: (z, u, h, Y).
/// @dev    Every refusal reverts: a verifier that answers `false` gives estimators a cheap wrong answer. A proof is malleable,
///         so nothing here or above may use proof bytes as an identifier.
///         Assembly serves one purpose: calls of precompiles on buffers already in memory.
contract Groth16Verifier {
    /// gamma is the generator of G2 in keys made by snarkjs and is no secret; beta and delta are secrets of the setup.
    struct Key {
        uint256[2] alpha;
        uint256[4] beta;
        uint256[4] gamma;
        uint256[4] delta;
        uint256[2][] ic;
    }

    uint256 private constant P = 21888242871839275222246405745257275088696311157297823662689037894645226208583;
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant G2_X_IM = 11559732032986387107991004021392285783925812861821192530917403151452391805634;
    uint256 private constant G2_X_RE = 10857046999023057135944570762232829481370756359578518086990519993285655852781;
    uint256 private constant G2_Y_IM = 4082367875863433681332203403145435568316851327593401208105741076214120093531;
    uint256 private constant G2_Y_RE = 8495653923123431417604973247489272438418190587263600148770280649306958101930;

    /// keccak256 of the 24 words alpha, beta, gamma, delta, ic[0..4].
    bytes32 public immutable key_hash;
    /// True when the setup's secrets are known to whoever ran it: refused outside local chains.
    bool public immutable development;

    uint256 private immutable ALPHA_X;
    uint256 private immutable ALPHA_Y;
    uint256 private immutable BETA_0;
    uint256 private immutable BETA_1;
    uint256 private immutable BETA_2;
    uint256 private immutable BETA_3;
    uint256 private immutable GAMMA_0;
    uint256 private immutable GAMMA_1;
    uint256 private immutable GAMMA_2;
    uint256 private immutable GAMMA_3;
    uint256 private immutable DELTA_0;
    uint256 private immutable DELTA_1;
    uint256 private immutable DELTA_2;
    uint256 private immutable DELTA_3;
    uint256 private immutable IC0_X;
    uint256 private immutable IC0_Y;
    uint256 private immutable IC1_X;
    uint256 private immutable IC1_Y;
    uint256 private immutable IC2_X;
    uint256 private immutable IC2_Y;
    uint256 private immutable IC3_X;
    uint256 private immutable IC3_Y;
    uint256 private immutable IC4_X;
    uint256 private immutable IC4_Y;

    constructor(Key memory key, bool development_) {
        require(!development_ || (block.chainid >= 31337 && block.chainid <= 31400), "proof/development_key");
        require(key.ic.length == 5, "proof/key_inputs");
        _checkKeyPoint(key.alpha);
        for (uint256 i = 0; i < 5; ++i) _checkKeyPoint(key.ic[i]);
        _checkKeyTwist(key.beta);
        _checkKeyTwist(key.gamma);
        _checkKeyTwist(key.delta);
        // With delta = gamma (second phase of the setup skipped) or delta = -gamma anyone forges: C takes the place of the inputs.
        require(!_sameUpToSign(key.gamma, key.delta), "proof/key_gamma_delta");
        uint256[4] memory generator = [G2_X_IM, G2_X_RE, G2_Y_IM, G2_Y_RE];
        require(!_sameUpToSign(key.delta, generator), "proof/key_default");
        require(!_sameUpToSign(key.beta, generator), "proof/key_default");
        require(key.alpha[0] != 1, "proof/key_default"); // x of the generator of G1, either sign

        key_hash = keccak256(
            abi.encodePacked(key.alpha, key.beta, key.gamma, key.delta, key.ic[0], key.ic[1], key.ic[2], key.ic[3], key.ic[4])
        );
        development = development_;
        (ALPHA_X, ALPHA_Y) = (key.alpha[0], key.alpha[1]);
        (BETA_0, BETA_1, BETA_2, BETA_3) = (key.beta[0], key.beta[1], key.beta[2], key.beta[3]);
        (GAMMA_0, GAMMA_1, GAMMA_2, GAMMA_3) = (key.gamma[0], key.gamma[1], key.gamma[2], key.gamma[3]);
        (DELTA_0, DELTA_1, DELTA_2, DELTA_3) = (key.delta[0], key.delta[1], key.delta[2], key.delta[3]);
        (IC0_X, IC0_Y) = (key.ic[0][0], key.ic[0][1]);
        (IC1_X, IC1_Y) = (key.ic[1][0], key.ic[1][1]);
        (IC2_X, IC2_Y) = (key.ic[2][0], key.ic[2][1]);
        (IC3_X, IC3_Y) = (key.ic[3][0], key.ic[3][1]);
        (IC4_X, IC4_Y) = (key.ic[4][0], key.ic[4][1]);
    }

    /// @notice Reverts unless `proof` proves `inputs`.
    /// @return always true (Vyper wants something to assert)
    function verify(uint256[8] calldata proof, uint256[4] calldata inputs) external view returns (bool) {
        require(inputs[0] < R && inputs[1] < R && inputs[2] < R && inputs[3] < R, "proof/input_range");
        _checkProof(proof);
        uint256 pairs = _allocate(24);
        _put2(pairs, 0, ALPHA_X, ALPHA_Y);
        uint256[5] memory scalars = [1, inputs[0], inputs[1], inputs[2], inputs[3]];
        (uint256 x, uint256 y) = _combine(scalars);
        _put2(pairs, 6, x, y);
        _put2(pairs, 12, proof[6], proof[7]);
        _putKey(pairs);
        _put2(pairs, 18, proof[0], P - proof[1]);
        _put2(pairs, 20, proof[2], proof[3]);
        _put2(pairs, 22, proof[4], proof[5]);
        _checkPairing(pairs, 24);
        return true;
    }

    /// @notice Reverts unless every proof proves the inputs of the same index. One pairing check serves all of them.
    /// @dev    rho_i = the low 128 bits of keccak256(seed, i), seed = keccak256(key_hash, all proofs, all inputs): no proof and no
    ///         input can be chosen after its coefficient, so errors of several proofs cancel with probability 2^-128 a try.
    ///         Checked: sum of rho_i * (-A_i, B_i) + (rho * alpha, beta) + (sum of rho_i * L_i, gamma) + (sum of rho_i * C_i, delta) = 0,
    ///         rho = sum of rho_i.
    /// @return always true
    function verifyBatch(uint256[8][] calldata proofs, uint256[4][] calldata inputs) external view returns (bool) {
        uint256 count = proofs.length;
        require(count > 0, "proof/empty_batch");
        require(count == inputs.length, "proof/batch_lengths");
        uint256 words = 18 + 6 * count;
        bytes32 seed = _seed(proofs, inputs);
        uint256 pairs = _allocate(words);
        uint256[5] memory scalars;
        uint256[4] memory sum; // of rho_i * C_i in the first two words
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                uint256[8] calldata proof = proofs[i];
                _checkProof(proof);
                uint256 rho = _coefficient(seed, i);
                _accumulate(scalars, rho, inputs[i]);
                _weigh(pairs + 0x20 * (18 + 6 * i), sum, proof, rho);
            }
        }
        (uint256 x, uint256 y) = _multiply(ALPHA_X, ALPHA_Y, scalars[0]);
        _put2(pairs, 0, x, y);
        (x, y) = _combine(scalars);
        _put2(pairs, 6, x, y);
        _put2(pairs, 12, sum[0], sum[1]);
        _putKey(pairs);
        _checkPairing(pairs, words);
        return true;
    }

    // ------------------------------------------------------------------ checks

    /// A and C lie on the curve and are not the point at infinity; B has canonical coordinates (its curve and its subgroup are
    /// checked by the pairing precompile).
    function _checkProof(uint256[8] calldata proof) private pure {
        (uint256 ax, uint256 ay, uint256 cx, uint256 cy) = (proof[0], proof[1], proof[6], proof[7]);
        (uint256 b0, uint256 b1, uint256 b2, uint256 b3) = (proof[2], proof[3], proof[4], proof[5]);
        bool inRange;
        bool onCurve;
        assembly ("memory-safe") {
            let p := P
            let aIn := and(lt(ax, p), lt(ay, p))
            let cIn := and(lt(cx, p), lt(cy, p))
            let bIn := and(and(lt(b0, p), lt(b1, p)), and(lt(b2, p), lt(b3, p)))
            inRange := and(and(aIn, cIn), bIn)
            let aOn := eq(mulmod(ay, ay, p), addmod(mulmod(mulmod(ax, ax, p), ax, p), 3, p))
            let cOn := eq(mulmod(cy, cy, p), addmod(mulmod(mulmod(cx, cx, p), cx, p), 3, p))
            onCurve := and(aOn, cOn)
        }
        require(inRange, "proof/coordinate_range");
        require(onCurve, "proof/off_curve");
        require((b0 | b1 | b2 | b3) != 0, "proof/infinity");
    }

    function _checkKeyPoint(uint256[2] memory point) private pure {
        require(point[0] < P && point[1] < P, "proof/key_point");
        uint256 x = point[0];
        require(mulmod(point[1], point[1], P) == addmod(mulmod(mulmod(x, x, P), x, P), 3, P), "proof/key_point");
    }

    /// In the subgroup of order r and not the point at infinity: the precompile fails on any other point, and
    /// e(G, Q) * e(-G, Q) = 1 holds for every point it takes.
    function _checkKeyTwist(uint256[4] memory q) private view {
        require((q[0] | q[1] | q[2] | q[3]) != 0, "proof/key_point");
        uint256[12] memory pairs = [1, 2, q[0], q[1], q[2], q[3], 1, P - 2, q[0], q[1], q[2], q[3]];
        uint256 outcome;
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 0x08, pairs, 0x180, 0x00, 0x20)
            done := and(done, eq(returndatasize(), 0x20))
            outcome := mload(0x00)
        }
        require(done && outcome == 1, "proof/key_point");
    }

    function _sameUpToSign(uint256[4] memory a, uint256[4] memory b) private pure returns (bool) {
        return a[0] == b[0] && a[1] == b[1]; // the x of a point of the twist is shared by exactly Q and -Q
    }

    // ------------------------------------------------------------------ arithmetic

    function _accumulate(uint256[5] memory scalars, uint256 rho, uint256[4] calldata input) private pure {
        (uint256 z, uint256 u, uint256 h, uint256 y) = (input[0], input[1], input[2], input[3]);
        bool inRange;
        assembly ("memory-safe") {
            inRange := and(and(lt(z, R), lt(u, R)), and(lt(h, R), lt(y, R)))
        }
        require(inRange, "proof/input_range");
        scalars[0] = addmod(scalars[0], rho, R);
        scalars[1] = addmod(scalars[1], mulmod(rho, z, R), R);
        scalars[2] = addmod(scalars[2], mulmod(rho, u, R), R);
        scalars[3] = addmod(scalars[3], mulmod(rho, h, R), R);
        scalars[4] = addmod(scalars[4], mulmod(rho, y, R), R);
    }

    /// Sum of scalars[j] * ic[j].
    function _combine(uint256[5] memory scalars) private view returns (uint256 x, uint256 y) {
        (x, y) = scalars[0] == 1 ? (IC0_X, IC0_Y) : _multiply(IC0_X, IC0_Y, scalars[0]);
        uint256 u;
        uint256 v;
        (u, v) = _multiply(IC1_X, IC1_Y, scalars[1]);
        (x, y) = _add(x, y, u, v);
        (u, v) = _multiply(IC2_X, IC2_Y, scalars[2]);
        (x, y) = _add(x, y, u, v);
        (u, v) = _multiply(IC3_X, IC3_Y, scalars[3]);
        (x, y) = _add(x, y, u, v);
        (u, v) = _multiply(IC4_X, IC4_Y, scalars[4]);
        (x, y) = _add(x, y, u, v);
    }

    /// keccak256(key_hash, all proofs, all inputs), 32 bytes a word; the counts are equal, so the lengths are bound too.
    function _seed(uint256[8][] calldata proofs, uint256[4][] calldata inputs) private view returns (bytes32 seed) {
        bytes32 hash = key_hash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mul(proofs.length, 0x100)
            let rest := mul(inputs.length, 0x80)
            mstore(free, hash)
            calldatacopy(add(free, 0x20), proofs.offset, size)
            calldatacopy(add(add(free, 0x20), size), inputs.offset, rest)
            seed := keccak256(free, add(0x20, add(size, rest)))
        }
    }

    function _coefficient(bytes32 seed, uint256 i) private pure returns (uint256 rho) {
        assembly ("memory-safe") {
            mstore(0x00, seed)
            mstore(0x20, i)
            rho := and(keccak256(0x00, 0x40), 0xffffffffffffffffffffffffffffffff)
        }
    }

    // ------------------------------------------------------------------ the pairing's input: a buffer of words, 6 a pair

    function _allocate(uint256 words) private pure returns (uint256 at) {
        assembly ("memory-safe") {
            at := mload(0x40)
            mstore(0x40, add(at, mul(words, 0x20)))
        }
    }

    function _put2(uint256 pairs, uint256 index, uint256 x, uint256 y) private pure {
        assembly ("memory-safe") {
            let at := add(pairs, mul(index, 0x20))
            mstore(at, x)
            mstore(add(at, 0x20), y)
        }
    }

    function _putKey(uint256 pairs) private view {
        _put2(pairs, 2, BETA_0, BETA_1);
        _put2(pairs, 4, BETA_2, BETA_3);
        _put2(pairs, 8, GAMMA_0, GAMMA_1);
        _put2(pairs, 10, GAMMA_2, GAMMA_3);
        _put2(pairs, 14, DELTA_0, DELTA_1);
        _put2(pairs, 16, DELTA_2, DELTA_3);
    }

    // ------------------------------------------------------------------ precompiles: success, length and value are all checked

    function _multiply(uint256 x, uint256 y, uint256 scalar) private view returns (uint256 u, uint256 v) {
        bool done;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, x)
            mstore(add(free, 0x20), y)
            mstore(add(free, 0x40), scalar)
            done := staticcall(gas(), 0x07, free, 0x60, free, 0x40)
            done := and(done, eq(returndatasize(), 0x40))
            u := mload(free)
            v := mload(add(free, 0x20))
        }
        require(done, "proof/precompile");
    }

    function _add(uint256 x, uint256 y, uint256 s, uint256 t) private view returns (uint256 u, uint256 v) {
        bool done;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, x)
            mstore(add(free, 0x20), y)
            mstore(add(free, 0x40), s)
            mstore(add(free, 0x60), t)
            done := staticcall(gas(), 0x06, free, 0x80, free, 0x40)
            done := and(done, eq(returndatasize(), 0x40))
            u := mload(free)
            v := mload(add(free, 0x20))
        }
        require(done, "proof/precompile");
    }

    /// Writes the pair (rho * -A, B) at `to` and adds rho * C to `sum`. The proof was checked, so A.y < P.
    function _weigh(uint256 to, uint256[4] memory sum, uint256[8] calldata proof, uint256 rho) private view {
        bool done;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(add(free, 0x40), rho)
            calldatacopy(free, add(proof, 0xc0), 0x40)
            done := staticcall(gas(), 0x07, free, 0x60, add(sum, 0x40), 0x40)
            done := and(done, eq(returndatasize(), 0x40))
            let added := staticcall(gas(), 0x06, sum, 0x80, sum, 0x40)
            done := and(done, and(added, eq(returndatasize(), 0x40)))
            mstore(free, calldataload(proof))
            mstore(add(free, 0x20), sub(P, calldataload(add(proof, 0x20))))
            let scaled := staticcall(gas(), 0x07, free, 0x60, to, 0x40)
            done := and(done, and(scaled, eq(returndatasize(), 0x40)))
            calldatacopy(add(to, 0x40), add(proof, 0x40), 0x80)
        }
        require(done, "proof/precompile");
    }

    function _checkPairing(uint256 pairs, uint256 words) private view {
        uint256 outcome;
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 0x08, pairs, mul(words, 0x20), 0x00, 0x20)
            done := and(done, eq(returndatasize(), 0x20))
            outcome := mload(0x00)
        }
        require(done, "proof/pairing_failed");
        require(outcome == 1, "proof/invalid");
    }
}
