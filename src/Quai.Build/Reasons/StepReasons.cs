using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Microsoft.Data.Sqlite;
using Quai.BuildProtocol.Llb;
using Quai.Metadata;

namespace Quai.Build.Reasons;

/// <summary>Of what the keys of steps were made that ran here, by the client and the source file that they are of.</summary>
internal sealed class StepReasons(MetadataDatabase database, TimeProvider time)
{
    // Enough for what people work on; the oldest go.
    private const int MostKept = 4000;

    /// <summary>The steps of one source file of one client.</summary>
    public static string ScopeOf(string client, string file) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(client + "\0" + file)));

    /// <summary>A step of the same name, or else the one that was at the same place; null where none has run.</summary>
    public StepReason? Find(string scope, string name) =>
        Read("SELECT name, operation, inputs FROM build_reasons WHERE scope=$s AND name=$n", scope, StepReason.NameOf(name))
        ?? Read("SELECT name, operation, inputs FROM build_reasons WHERE scope=$s AND place=$n ORDER BY at DESC LIMIT 1", scope, StepReason.PlaceOf(name));

    /// <summary>Keeps a step's that has run; runs in the caller's transaction.</summary>
    public void Save(SqliteConnection connection, string scope, string name, StepReason reason)
    {
        if (scope.Length == 0)
        {
            return;
        }

        connection.Run(
            "INSERT OR REPLACE INTO build_reasons(scope, name, place, operation, inputs, at) VALUES ($s, $n, $p, $o, $i, $t)",
            ("$s", scope), ("$n", reason.Name), ("$p", StepReason.PlaceOf(name)), ("$o", reason.Operation.ToByteArray()), ("$i", string.Join('\n', reason.Inputs)),
            ("$t", time.GetUtcNow().ToUnixTimeMilliseconds()));
        connection.Run("DELETE FROM build_reasons WHERE at < (SELECT at FROM build_reasons ORDER BY at DESC LIMIT 1 OFFSET $m)", ("$m", MostKept));
    }

    private StepReason? Read(string query, string scope, string what) => what.Length == 0 || scope.Length == 0 ? null : database.Read(c => c.Rows(
        query,
        r => new StepReason(r.GetString(0), Op.Parser.ParseFrom((byte[])r.GetValue(1)), r.GetString(2).Split('\n', StringSplitOptions.RemoveEmptyEntries)),
        ("$s", scope), ("$n", what))).FirstOrDefault();
}
