using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Kanban.Bus.Board.Access;

/// <summary>Makes bearer tokens and hashes them. The prefix says what a token is for, to people and to secret scanners.</summary>
public static class Tokens
{
    public const string Admin = "kbk_";
    public const string Worker = "kbw_";
    public const string Login = "kbl_";
    public const string Browser = "kbc_";
    public const string Session = "kbs_";
    public const string Run = "kbr_";

    private const int RandomBytes = 32;

    /// <returns>The token, which is shown once and never stored, and the hash that is.</returns>
    public static (string Token, byte[] Hash) New(string prefix)
    {
        var token = prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        return (token, Hash(token));
    }

    /// <summary>SHA-256 of the whole token. No salt and no stretching: a token carries 256 random bits, and a lookup by hash leaks nothing of it by its timing.</summary>
    public static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
