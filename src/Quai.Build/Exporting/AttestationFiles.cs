using System.Security.Cryptography;
using Quai.Build.Attestations;
using Quai.Build.Jobs;
using Quai.Build.Trees;
using Quai.Build.Trees.Sent;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Exporting;

/// <summary>The attestations of a tree as files that lie beside its own: what they are about is each file of it.</summary>
internal static class AttestationFiles
{
    private const string PrefixKey = "attestation-prefix";

    /// <summary>Writes them.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="request">What is asked for; it may say how their names begin.</param>
    /// <param name="isJoined">Whether those of other platforms are in the same folder: then the platform is in their names.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">Two have the same name, or the name is none.</exception>
    public static async Task<IReadOnlyList<(string Name, byte[] Content)>> WriteAsync(ExportedTree tree, ExportRequest request, bool isJoined, CancellationToken cancellation)
    {
        string prefix = request.Attributes.GetValueOrDefault(PrefixKey, "");
        if (prefix.Contains('/', StringComparison.Ordinal))
        {
            throw QuaiException.Invalid($"invalid {PrefixKey} {prefix}: attestations lie beside the result's files, so it must have no slash");
        }

        TreeAttestation[] told = [.. tree.Attestations.Where(a => !a.IsInlineOnly)];
        if (told.Length == 0)
        {
            return [];
        }

        IReadOnlyList<AttestedSubject> subjects = await Task.Factory.StartNew(
            () => Subjects(new SentTree(new MergedTree(tree.Stack), ""), cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
        List<(string Name, byte[] Content)> files = [];
        foreach (TreeAttestation attestation in told)
        {
            string name = prefix + attestation.FileName;
            name = isJoined ? $"{Path.GetFileNameWithoutExtension(name)}.{PlatformFolders.NameOf(tree)}{Path.GetExtension(name)}" : name;
            if (files.Exists(f => f.Name == name))
            {
                throw QuaiException.Invalid($"duplicate attestation path name {name}");
            }

            files.Add((name, await attestation.WriteAsync(subjects, new Dictionary<string, Descriptor>(), isForPeople: true, cancellation).ConfigureAwait(false)));
        }

        return files;
    }

    private static List<AttestedSubject> Subjects(SentTree tree, CancellationToken cancellation)
    {
        List<AttestedSubject> subjects = [];
        foreach (ContextEntry entry in tree.Entries().Where(e => e.Kind == ContextEntryKind.File))
        {
            cancellation.ThrowIfCancellationRequested();
            using Stream content = tree.Open(entry.Path);
            subjects.Add(new AttestedSubject(entry.Path, Digest.FromHash(HashAlgorithmName.SHA256, SHA256.HashData(content))));
        }

        return subjects;
    }
}
