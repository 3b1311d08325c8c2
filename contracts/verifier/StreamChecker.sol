// SPDX-License-Identifier: AGPL-3.0-only
pragma solidity 0.8.37;

/// @title Evaluates a stream of 31-byte words at a challenge, straight from calldata
/// @notice y = n + sum over j < n of word_j * z^(j+1) mod r, n = number of words: zero words and the length are bound too.
contract StreamChecker {
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint256 private constant WORD_BYTES = 31;

    /// @param stream whole words of 31 bytes each, big-endian; may be empty
    /// @param z      the first challenge, below r
    /// @return y     below r
    function evaluate(bytes calldata stream, uint256 z) external pure returns (uint256 y) {
        require(z < R, "stream/challenge_range");
        uint256 count = stream.length / WORD_BYTES;
        require(count * WORD_BYTES == stream.length, "stream/partial_word");
        unchecked {
            // Horner from the last word down; y + word < r + 2^248 cannot overflow.
            for (uint256 at = stream.length; at != 0; at -= WORD_BYTES) {
                y = mulmod(y + uint248(bytes31(stream[at - WORD_BYTES:at])), z, R);
            }
        }
        return addmod(y, count, R);
    }
}
