namespace Quai.CommandLine;

/// <summary>The flags that a command line may have, by their names and letters.</summary>
/// <typeparam name="TFlag">The program's own kind of flags.</typeparam>
public sealed class FlagTable<TFlag>
    where TFlag : class, IFlag
{
    private readonly Dictionary<string, TFlag> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<char, TFlag> _letters = [];

    /// <summary>Adds a flag by its name, and by its letter if it has one.</summary>
    /// <exception cref="ArgumentException">Another flag has that name or letter.</exception>
    public void Add(TFlag flag)
    {
        _names.Add(flag.Name, flag);
        if (flag.Shorthand != '\0')
        {
            _letters.Add(flag.Shorthand, flag);
        }
    }

    /// <summary>Adds another name for a flag.</summary>
    /// <exception cref="ArgumentException">Another flag has that name.</exception>
    public void Alias(string name, TFlag flag) => _names.Add(name, flag);

    /// <summary>Adds another letter for a flag, unless it is taken.</summary>
    public void AliasUnlessTaken(char letter, TFlag flag) => _letters.TryAdd(letter, flag);

    /// <summary>A flag by its name, or null.</summary>
    public TFlag? Find(string name) => _names.GetValueOrDefault(name);

    /// <summary>A flag by its letter, or null.</summary>
    public TFlag? Find(char letter) => _letters.GetValueOrDefault(letter);
}
