using System.Globalization;
using System.Text;
using Quai.Linux.Nftables;
using Quai.Networks.Firewalls.Tables;

namespace Quai.Networks.Firewalls.Host;

/// <summary>
/// What the host's own firewall denies of what is sent to the host: copies of the chains that say so. A packet that they deny is not translated to a container, so it
/// reaches the host's firewall, which drops, rejects, counts and logs it as what it is to it: a packet to a port of the host.
/// <para>
/// Each base chain of others becomes one of Quai's, with the same rules in the same order, as far as they lead to a denial that names a port or a source.
/// It sees the first packet of each connection, and no more. Where the original accepts, the copy has nothing to say; where the original denies, it marks the packet.
/// </para>
/// </summary>
/// <param name="chains">The chains; who jumps comes before where it jumps to.</param>
/// <param name="sets">The sets that their rules look into.</param>
internal sealed class HostDenials(IReadOnlyList<CopiedChain> chains, IReadOnlyList<NftListedSet> sets)
{
    /// <summary>The bit of a packet's mark by which what follows knows that it is not to be translated. It is taken off there.</summary>
    public const uint Mark = 0x2000_0000;

    /// <summary>The chain in which translation ends before it begins.</summary>
    public const string Untranslated = "untranslated";

    private const string Denied = "host_denied";

    // Before destinations are translated, Quai's among them.
    private const int Priority = NftHook.DestinationNat - 1;

    private string? _text;

    /// <summary>Nothing is denied.</summary>
    public static HostDenials None { get; } = new([], []);

    /// <summary>How many rules deny something.</summary>
    public int Count => chains.Sum(c => c.Rules.Count(r => r.Verdict == NftRuleEnd.Refuse));

    /// <summary>Whether the same is denied.</summary>
    public bool IsSame(HostDenials other) => Text() == other.Text();

    /// <summary>The part that is always there: where marked packets go.</summary>
    public static void WriteFrame(NftBatch batch, string table)
    {
        batch.AddChain(table, Untranslated);
        batch.Rule(table, Untranslated).Unmark(Mark);
        batch.Rule(table, Untranslated).Accept();
    }

    /// <summary>Adds the copies to a table.</summary>
    public void AddTo(NftBatch batch, string table)
    {
        if (chains.Count == 0)
        {
            return;
        }

        batch.AddChain(table, Denied);
        batch.Rule(table, Denied).Mark(Mark);
        batch.Rule(table, Denied).Accept();
        foreach (NftListedSet set in sets)
        {
            batch.AddCopy(table, set.Name, set);
        }

        foreach (CopiedChain chain in chains)
        {
            batch.AddChain(table, chain.Name, chain.IsBase ? NftHook.Prerouting("nat", Priority) : null);
        }

        foreach (CopiedChain chain in chains)
        {
            foreach (CopiedRule rule in chain.Rules)
            {
                Write(batch.CopyOf(table, chain.Name, rule.Conditions), rule);
            }
        }
    }

    /// <summary>Takes them out of it.</summary>
    public void DeleteFrom(NftBatch batch, string table)
    {
        if (chains.Count == 0)
        {
            return;
        }

        foreach (CopiedChain chain in chains)
        {
            batch.DeleteChain(table, chain.Name);
        }

        batch.DeleteChain(table, Denied);
        foreach (NftListedSet set in sets)
        {
            batch.DeleteSet(table, set.Name);
        }
    }

    private static void Write(NftRule rule, CopiedRule copied)
    {
        switch (copied.Verdict)
        {
            case NftRuleEnd.Refuse:
                rule.Goto(Denied);
                break;
            case NftRuleEnd.Jump:
                rule.Jump(copied.Target!);
                break;
            case NftRuleEnd.Goto:
                rule.Goto(copied.Target!);
                break;
            case NftRuleEnd.Return:
                rule.Return();
                break;
            default:
                rule.Accept();
                break;
        }
    }

    // Read once for each change of the host's firewall.
    private string Text()
    {
        if (_text is not null)
        {
            return _text;
        }

        var text = new StringBuilder();
        foreach (CopiedChain chain in chains)
        {
            text.Append(CultureInfo.InvariantCulture, $"{chain.Name} {chain.IsBase}\n");
            foreach (CopiedRule rule in chain.Rules)
            {
                text.Append(CultureInfo.InvariantCulture, $"{rule.Verdict} {rule.Target}");
                foreach (NftExpression condition in rule.Conditions.Expressions)
                {
                    text.Append(' ').Append(condition.Name).Append(' ').Append(Convert.ToHexString(condition.Data));
                }

                text.Append('\n');
            }
        }

        foreach (NftListedSet set in sets)
        {
            text.Append(CultureInfo.InvariantCulture, $"{set.Name} {set.KeyType} {set.Flags} {Convert.ToHexString(set.Description)}");
            foreach (byte[] element in set.Elements)
            {
                text.Append(' ').Append(Convert.ToHexString(element));
            }
        }

        return _text = text.ToString();
    }
}
