namespace Quai.Linux.Nftables;

/// <summary>A base chain, whoever created it.</summary>
/// <param name="Family">Its table's family.</param>
/// <param name="Table">Its table.</param>
/// <param name="Name">Its name.</param>
/// <param name="Hook">The hook's number, as in <see cref="NftHook.Number"/>.</param>
/// <param name="Drops">Whether its policy is drop.</param>
public sealed record NftBaseChain(NftFamily Family, string Table, string Name, int Hook, bool Drops);
