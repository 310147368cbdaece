using System.Text.Json;
using Quai.Build.Attestations.Packages;
using Quai.Build.Trees;
using Quai.Errors;

namespace Quai.Build.Attestations.Bills;

/// <summary>Reads what a generator has written: statements of in-toto, each about packages.</summary>
internal static class GeneratedBills
{
    private const string Ending = ".json";

    /// <summary>Reads them.</summary>
    /// <param name="written">What the generator wrote.</param>
    /// <param name="generator">Its name, for what is said when it is wrong.</param>
    /// <exception cref="QuaiException">Kind InvalidParameter: there are none, or they are not what they must be.</exception>
    public static IReadOnlyList<TreeAttestation> Read(MergedTree written, string generator)
    {
        List<TreeAttestation> bills = [];
        long together = 0;
        using MergedDirectory root = written.OpenRoot();
        foreach ((byte[] name, MergedEntry entry) in root.Entries())
        {
            string file = MergedTree.Text(name);
            if (!entry.Status.IsRegular || !file.EndsWith(Ending, StringComparison.Ordinal))
            {
                continue;
            }

            if (bills.Count == Statements.MostFiles)
            {
                throw QuaiException.Invalid($"sbom generator {generator} has written more than {Statements.MostFiles} statements");
            }

            string text = TreeText.Read(root, file, Statements.LargestFile) ?? throw QuaiException.Invalid($"sbom generator {generator} has written {file} with more than {Statements.LargestFile >> 20} MiB");
            byte[] predicate = Predicate(text, file, generator);
            if ((together += predicate.Length) > Statements.MostTogether)
            {
                throw QuaiException.Invalid($"sbom generator {generator} has written statements of more than {Statements.MostTogether >> 20} MiB together");
            }

            bills.Add(new TreeAttestation(TreeAttestation.Spdx, file, (_, _) => Task.FromResult(predicate)));
        }

        return bills.Count > 0 ? bills : throw QuaiException.Invalid($"sbom generator {generator} has written no statements (BUILDKIT_SCAN_DESTINATION)");
    }

    private static byte[] Predicate(string text, string file, string generator)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (Statements.Read(document.RootElement) is not (var type, { ValueKind: JsonValueKind.Object } predicate))
            {
                throw QuaiException.Invalid($"sbom generator {generator} has written {file}, which is no statement of in-toto");
            }

            return type == TreeAttestation.Spdx ? Statements.Bytes(predicate)
                : throw QuaiException.Invalid($"sbom generator {generator} has written {file}, whose predicate type is \"{type}\" and not {TreeAttestation.Spdx}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw QuaiException.Invalid($"sbom generator {generator} has written {file}, which is no JSON", e);
        }
    }
}
