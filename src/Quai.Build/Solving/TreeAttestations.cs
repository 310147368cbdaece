using Quai.Build.Attestations;
using Quai.Build.Attestations.Bills;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Exporting;
using Quai.Build.Jobs;
using Quai.Oci.Images;

namespace Quai.Build.Solving;

/// <summary>What is attested of a build's results.</summary>
/// <param name="account">How they came to be.</param>
/// <param name="bills">Which packages they have; null where that is not asked.</param>
internal sealed class TreeAttestations(BuildAccount account, BillMaker? bills)
{
    /// <summary>Has each tree attested as it is demanded.</summary>
    /// <param name="trees">The trees of the result.</param>
    /// <param name="result">The result.</param>
    /// <param name="demands">What is demanded.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="Errors.QuaiException">A generator failed.</exception>
    public async Task<IReadOnlyList<ExportedTree>> AttestAsync(IReadOnlyList<ExportedTree> trees, SolveResult result, AttestationDemands demands, CancellationToken cancellation)
    {
        List<ExportedTree> attested = [];
        foreach (ExportedTree tree in trees)
        {
            List<TreeAttestation> given = [];
            foreach (GivenAttestation one in result.Attestations.Where(a => a.Key == tree.Key || (tree.Key.Length == 0 && trees.Count == 1)))
            {
                given.AddRange(await GivenStatements.ReadAsync(one, cancellation).ConfigureAwait(false));
            }

            attested.Add(tree with { Attestations = given });
        }

        if (demands.Bill is { } bill && bills is not null)
        {
            for (int i = 0; i < attested.Count; i++)
            {
                ExportedTree tree = attested[i];
                if (tree.Attestations.Any(a => a.PredicateType == TreeAttestation.Spdx))
                {
                    // The frontend has told already.
                    continue;
                }

                ScanTarget[] others = [.. result.ScanTargets.Where(t => t.Key == tree.Key)];
                attested[i] = tree with { Attestations = [.. tree.Attestations, .. await bills.MakeAsync(tree, RefOf(tree, result), others, bill, cancellation).ConfigureAwait(false)] };
            }
        }

        if (demands.Provenance is { } provenance)
        {
            IReadOnlyList<TreeAttestation> told = Provenance(trees, result, provenance);
            attested = [.. attested.Zip(told, (t, p) => t with { Attestations = [.. t.Attestations, p] })];
        }

        return attested;
    }

    /// <summary>How each tree was made.</summary>
    public IReadOnlyList<TreeAttestation> Provenance(IReadOnlyList<ExportedTree> trees, SolveResult result, ProvenanceDemand demand)
    {
        (IBuildRef?, Platform)[] all = [.. trees.Select(t => (RefOf(t, result), t.Platform))];
        return
        [
            .. trees.Select(t => new TreeAttestation(
                ProvenanceDocument.TypeOf(demand), demand.FileName, (blobs, token) => account.PredicateAsync(RefOf(t, result), t.Platform, all, demand, blobs, token)) { IsInlineOnly = demand.IsInlineOnly }),
        ];
    }

    private static IBuildRef? RefOf(ExportedTree tree, SolveResult result) => result.Refs is { } several ? several.GetValueOrDefault(tree.Key) : result.Ref;
}
