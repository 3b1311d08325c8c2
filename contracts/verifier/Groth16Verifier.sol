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
        for (uint256 j = 0; j < 4; ++j) require(inputs[j] < R, "proof/input_range");
        _checkProof(proof);
        uint256[] memory pairs = new uint256[](24);
        (pairs[0], pairs[1]) = (ALPHA_X, ALPHA_Y);
        uint256[5] memory scalars = [1, inputs[0], inputs[1], inputs[2], inputs[3]];
        (pairs[6], pairs[7]) = _combine(scalars);
        (pairs[12], pairs[13]) = (proof[6], proof[7]);
        _setKeyTwists(pairs);
        (pairs[18], pairs[19]) = (proof[0], P - proof[1]);
        _setTwist(pairs, 20, proof);
        _checkPairing(pairs);
        return true;
    }

    /// @notice Reverts unless every proof proves the inputs of the same index. One pairing check serves all of them.
    /// @dev    rho_i = the low 128 bits of keccak256(keccak256(key_hash, all proofs, all inputs), i): no proof or input can be chosen
    ///         after its coefficient, so errors of several proofs cancel with probability 2^-128 a try.
    ///         Checked: sum of rho_i * (-A_i, B_i) + (rho * alpha, beta) + (sum of rho_i * L_i, gamma) + (sum of rho_i * C_i, delta) = 0.
    /// @return always true
    function verifyBatch(uint256[8][] calldata proofs, uint256[4][] calldata inputs) external view returns (bool) {
        uint256 count = proofs.length;
        require(count > 0, "proof/empty_batch");
        require(count == inputs.length, "proof/batch_lengths");
        bytes32 seed = keccak256(abi.encode(key_hash, proofs, inputs));
        uint256[] memory pairs = new uint256[](18 + 6 * count);
        uint256[5] memory scalars;
        uint256[2] memory sumC;
        for (uint256 i = 0; i < count; ++i) {
            uint256[8] calldata proof = proofs[i];
            _checkProof(proof);
            uint256 rho = uint128(uint256(keccak256(abi.encode(seed, i))));
            _accumulate(scalars, rho, inputs[i]);
            (uint256 x, uint256 y) = _multiply(proof[6], proof[7], rho);
            (sumC[0], sumC[1]) = _add(sumC[0], sumC[1], x, y);
            uint256 at = 18 + 6 * i;
            (pairs[at], pairs[at + 1]) = _multiply(proof[0], P - proof[1], rho);
            _setTwist(pairs, at + 2, proof);
        }
        (pairs[0], pairs[1]) = _multiply(ALPHA_X, ALPHA_Y, scalars[0]);
        (pairs[6], pairs[7]) = _combine(scalars);
        (pairs[12], pairs[13]) = (sumC[0], sumC[1]);
        _setKeyTwists(pairs);
        _checkPairing(pairs);
        return true;
    }

    // ------------------------------------------------------------------ checks

    /// A and C lie on the curve and are not the point at infinity; B has canonical coordinates (its curve and its subgroup are
    /// checked by the pairing precompile).
    function _checkProof(uint256[8] calldata proof) private pure {
        _checkPoint(proof[0], proof[1]);
        _checkPoint(proof[6], proof[7]);
        require(proof[2] < P && proof[3] < P && proof[4] < P && proof[5] < P, "proof/coordinate_range");
        require((proof[2] | proof[3] | proof[4] | proof[5]) != 0, "proof/infinity");
    }

    function _checkPoint(uint256 x, uint256 y) private pure {
        require(x < P && y < P, "proof/coordinate_range");
        require(mulmod(y, y, P) == addmod(mulmod(mulmod(x, x, P), x, P), 3, P), "proof/off_curve");
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
        scalars[0] = addmod(scalars[0], rho, R);
        for (uint256 j = 0; j < 4; ++j) {
            require(input[j] < R, "proof/input_range");
            scalars[j + 1] = addmod(scalars[j + 1], mulmod(rho, input[j], R), R);
        }
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

    function _setKeyTwists(uint256[] memory pairs) private view {
        (pairs[2], pairs[3], pairs[4], pairs[5]) = (BETA_0, BETA_1, BETA_2, BETA_3);
        (pairs[8], pairs[9], pairs[10], pairs[11]) = (GAMMA_0, GAMMA_1, GAMMA_2, GAMMA_3);
        (pairs[14], pairs[15], pairs[16], pairs[17]) = (DELTA_0, DELTA_1, DELTA_2, DELTA_3);
    }

    function _setTwist(uint256[] memory pairs, uint256 at, uint256[8] calldata proof) private pure {
        (pairs[at], pairs[at + 1], pairs[at + 2], pairs[at + 3]) = (proof[2], proof[3], proof[4], proof[5]);
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

    function _checkPairing(uint256[] memory pairs) private view {
        uint256 outcome;
        bool done;
        assembly ("memory-safe") {
            done := staticcall(gas(), 0x08, add(pairs, 0x20), mul(mload(pairs), 0x20), 0x00, 0x20)
            done := and(done, eq(returndatasize(), 0x20))
            outcome := mload(0x00)
        }
        require(done, "proof/pairing_failed");
        require(outcome == 1, "proof/invalid");
    }
}
