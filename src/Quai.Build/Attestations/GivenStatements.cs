using System.Text.Json;
using Quai.Build.Attestations.Packages;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Attestations;

/// <summary>Reads what frontends attest of results. It comes from their programs, so it is checked to be what it says.</summary>
internal static class GivenStatements
{
    /// <summary>Reads one.</summary>
    /// <param name="given">What the frontend gave.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: a file is missing, too large, or not what it must be.</exception>
    public static async Task<IReadOnlyList<TreeAttestation>> ReadAsync(GivenAttestation given, CancellationToken cancellation)
    {
        LayerStack stack = given.Ref is BuildRef own ? await own.SolveAsync(cancellation).ConfigureAwait(false) : LayerStack.Empty;
        var tree = new MergedTree(stack);
        string path = tree.Resolve(given.Path);
        return given.IsBundle ? Bundle(tree, path, given) : [Predicate(tree, path, given)];
    }

    private static TreeAttestation Predicate(MergedTree tree, string path, GivenAttestation given)
    {
        using MergedDirectory? directory = tree.OpenDirectory(MergedTree.Parent(path));
        byte[] predicate = Read(directory, MergedTree.Base(path), given, root => Statements.Bytes(root));
        return new TreeAttestation(given.PredicateType, MergedTree.Base(path), (_, _) => Task.FromResult(predicate)) { IsAboutResult = given.IsAboutResult, Subjects = [.. given.Subjects.Select(s => new AttestedSubject(s.Name, s.Digest))] };
    }

    private static IReadOnlyList<TreeAttestation> Bundle(MergedTree tree, string path, GivenAttestation given)
    {
        using MergedDirectory directory = tree.OpenDirectory(path) ?? throw Wrong(given, given.Path, "which is no directory of its files");
        (byte[] Name, MergedEntry Entry)[] files = [.. directory.Entries().Where(e => e.Entry.Status.IsRegular)];
        return files.Sum(f => (long)f.Entry.Status.Size) > Statements.MostTogether ? throw Wrong(given, given.Path, $"whose files have more than {Statements.MostTogether >> 20} MiB together")
            : files.Length <= Statements.MostFiles ? [.. files.Select(f => Read(directory, MergedTree.Text(f.Name), given, root => Statement(root, MergedTree.Text(f.Name), given)))]
            : throw Wrong(given, given.Path, $"which has more than {Statements.MostFiles} statements");
    }

    private static TreeAttestation Statement(JsonElement statement, string file, GivenAttestation given)
    {
        if (Statements.Read(statement) is not ({ Length: > 0 } type, var predicate))
        {
            throw Wrong(given, file, "which is no statement of in-toto");
        }

        if (given.PredicateType.Length > 0 && given.PredicateType != type)
        {
            throw Wrong(given, file, $"whose predicate type is \"{type}\" and not {given.PredicateType}");
        }

        List<AttestedSubject> subjects = [];
        if (statement.TryGetProperty("subject", out JsonElement all) && all.ValueKind == JsonValueKind.Array)
        {
            subjects.AddRange(all.EnumerateArray().SelectMany(s => s.GetProperty("digest").EnumerateObject().Select(d => new AttestedSubject(Statements.Text(s, "name"), Digest.Parse($"{d.Name}:{d.Value.GetString()}")))));
        }

        byte[] bytes = Statements.Bytes(predicate);
        return new TreeAttestation(type, file, (_, _) => Task.FromResult(bytes)) { IsAboutResult = subjects.Count == 0, Subjects = subjects };
    }

    private static T Read<T>(MergedDirectory? directory, string file, GivenAttestation given, Func<JsonElement, T> read)
    {
        if (directory?.Find(MergedTree.Name(file)) is not { Status.IsRegular: true })
        {
            throw Wrong(given, file, "which is not there");
        }

        string text = TreeText.Read(directory, file, Statements.LargestFile) ?? throw Wrong(given, file, $"which has more than {Statements.LargestFile >> 20} MiB");
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Wrong(given, file, "which is no JSON of a statement", e);
        }
    }

    private static QuaiException Wrong(GivenAttestation given, string file, string what, Exception? inner = null) =>
        QuaiException.Invalid($"the frontend attests {(given.PredicateType.Length > 0 ? given.PredicateType : "something")} by {file}, {what}", inner);
}
