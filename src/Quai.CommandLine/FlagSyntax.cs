namespace Quai.CommandLine;

/// <summary>How flags are written.</summary>
public enum FlagSyntax
{
    /// <summary>
    /// As Docker's programs read them (pflag): two dashes before a name, one before letters, of which several may stand in one word: <c>--tty</c>, <c>-it</c>,
    /// <c>-p80:80</c>, <c>-p=80:80</c>.
    /// </summary>
    Pflag,

    /// <summary>As runc reads them (Go's own <c>flag</c>): one dash or two before a name, which may be a letter; one flag in a word.</summary>
    Go,
}
