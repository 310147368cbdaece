using Microsoft.Data.Sqlite;
using Quai.Build.Layers;
using Quai.Build.Steps;
using Quai.Metadata;

namespace Quai.Build.Caching;

/// <summary>The results that builds have made, in the database.</summary>
internal sealed class CacheRecords(MetadataDatabase database, LayerStore layers, TimeProvider time)
{
    private const long Young = 10 * 60 * 1000;

    /// <summary>By what the steps that follow know the result of a key; null where there is none.</summary>
    public string? IdentityOf(string key) => database.Read(c => c.Scalar<string?>("SELECT identity FROM build_results WHERE key=$k", ("$k", key)));

    /// <summary>The result of a key; null where there is none, or its layers are gone.</summary>
    public async Task<CachedResult?> FindAsync(string key, CancellationToken cancellation)
    {
        List<(string Identity, long Outputs)> rows = database.Read(c => c.Rows("SELECT identity, outputs FROM build_results WHERE key=$k", r => (r.GetString(0), r.GetInt64(1)), ("$k", key)));
        if (rows is not [var (identity, count)])
        {
            return null;
        }

        List<(long Output, string Layer)> parts = database.Read(c => c.Rows(
            "SELECT output, layer FROM build_result_layers WHERE key=$k ORDER BY output, position", r => (r.GetInt64(0), r.GetString(1)), ("$k", key)));
        var outputs = new List<BuildLayer>[count];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = [];
        }

        foreach ((long output, string id) in parts)
        {
            if (layers.TryGet(id) is not { } layer)
            {
                return null;
            }

            outputs[output].Add(layer);
        }

        await database.WriteAsync(
            c => c.Run("UPDATE build_results SET used=$t, uses=uses+1 WHERE key=$k", ("$t", Now()), ("$k", key)), cancellation).ConfigureAwait(false);
        return new CachedResult(identity, new StepResult([.. outputs.Select(o => new LayerStack(o))]));
    }

    /// <summary>Keeps a result; one that was there is replaced.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="identity">By what the steps that follow know it.</param>
    /// <param name="name">What the step is called.</param>
    /// <param name="kind">What kind of step it is, such as <c>exec</c>.</param>
    /// <param name="result">The result, whose layers are kept from now on.</param>
    /// <param name="beside">Writes in the same transaction; null for nothing.</param>
    public Task SaveAsync(string key, string identity, string name, string kind, StepResult result, Action<SqliteConnection>? beside = null) => database.WriteAsync(
        c =>
        {
            beside?.Invoke(c);
            c.Run("DELETE FROM build_results WHERE key=$k", ("$k", key));
            c.Run(
                "INSERT INTO build_results(key, identity, name, kind, outputs, created, used, uses) VALUES ($k, $i, $n, $d, $o, $t, $t, 1)",
                ("$k", key), ("$i", identity), ("$n", name), ("$d", kind), ("$o", result.Outputs.Count), ("$t", Now()));
            for (int output = 0; output < result.Outputs.Count; output++)
            {
                for (int position = 0; position < result.Outputs[output].Layers.Count; position++)
                {
                    c.Run(
                        "INSERT INTO build_result_layers(key, output, position, layer) VALUES ($k, $o, $p, $l)",
                        ("$k", key), ("$o", output), ("$p", position), ("$l", result.Outputs[output].Layers[position].Id));
                }
            }
        },
        CancellationToken.None);

    /// <summary>The digest of chosen files of a result; null where nobody has looked at them yet.</summary>
    public string? ContentOf(string question) => database.Read(c => c.Scalar<string?>("SELECT content FROM build_contents WHERE question=$q", ("$q", question)));

    /// <summary>Remembers it.</summary>
    public Task SaveContentAsync(string question, string content) => database.WriteAsync(
        c => c.Run(
            "INSERT INTO build_contents(question, content, used) VALUES ($q, $c, $t) ON CONFLICT(question) DO UPDATE SET content=$c, used=$t", ("$q", question), ("$c", content), ("$t", Now())),
        CancellationToken.None);

    /// <summary>At start: forgets layers that no result has, as a crash left them.</summary>
    public Task RecoverAsync(CancellationToken cancellation) => database.WriteAsync(
        c => c.Run("DELETE FROM build_layers WHERE id NOT IN (SELECT layer FROM build_result_layers) AND id NOT IN (SELECT layer FROM build_contexts)"),
        cancellation);

    /// <summary>Forgets layers that nothing has any more, such as those of a context that came again with other files.</summary>
    /// <param name="isUsed">Whether a build uses a layer.</param>
    /// <returns>Whether there were any: their files go with the next collection.</returns>
    public async Task<bool> ForgetUnusedAsync(Func<string, bool> isUsed)
    {
        // What was made just now may be about to be recorded.
        long before = Now() - Young;
        return await database.WriteAsync(
            c =>
            {
                List<string> unused = c.Rows(
                    """
                    SELECT id FROM build_layers l WHERE created < $t
                    AND NOT EXISTS (SELECT 1 FROM build_result_layers r WHERE r.layer=l.id) AND NOT EXISTS (SELECT 1 FROM build_contexts k WHERE k.layer=l.id)
                    """,
                    r => r.GetString(0), ("$t", before));
                unused.RemoveAll(l => isUsed(l));
                unused.ForEach(l => c.Run("DELETE FROM build_layers WHERE id=$l", ("$l", l)));
                return unused.Count > 0;
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Drops layers that are nobody's result, however young.</summary>
    /// <param name="layers">The layers.</param>
    /// <param name="isUsed">Whether a build uses one.</param>
    /// <returns>Whether something is left to remove from disk.</returns>
    public Task<bool> ForgetAsync(IReadOnlyCollection<string> layers, Func<string, bool> isUsed) => layers.Count == 0 ? Task.FromResult(false) : database.WriteAsync(
        c =>
        {
            foreach (string layer in layers.Where(l => !isUsed(l)))
            {
                c.Run("DELETE FROM build_layers WHERE id=$l AND NOT EXISTS (SELECT 1 FROM build_result_layers r WHERE r.layer=$l)", ("$l", layer));
            }

            return true;
        },
        CancellationToken.None);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
