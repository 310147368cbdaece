namespace Quai.CommandLine;

/// <summary>Reads a command line word by word: flags with their values, and arguments.</summary>
/// <typeparam name="TFlag">The program's own kind of flags.</typeparam>
/// <param name="table">The known flags.</param>
/// <param name="words">The words after the program's or the command's name.</param>
/// <param name="syntax">How flags are written.</param>
/// <param name="interspersed">Whether flags may follow arguments; otherwise the first argument ends them.</param>
public sealed class FlagReader<TFlag>(FlagTable<TFlag> table, IReadOnlyList<string> words, FlagSyntax syntax = FlagSyntax.Pflag, bool interspersed = true)
    where TFlag : class, IFlag
{
    private int _next;
    private bool _onlyArguments;
    private string _word = "", _name = "", _letters = "";

    /// <summary>How much of <see cref="_word"/> has been read, if letters are left in it; otherwise 0.</summary>
    private int _read;

    /// <summary>The flag that was read; null if it was an argument.</summary>
    public TFlag? Flag { get; private set; }

    /// <summary>The flag's value, or the argument.</summary>
    public string Text { get; private set; } = "";

    /// <summary>Reads the next flag or argument.</summary>
    /// <returns>Whether there was one.</returns>
    /// <exception cref="FlagException">A word is not a known flag, or lacks a value.</exception>
    public bool Read()
    {
        if (_read > 0)
        {
            ReadLetter();
            return true;
        }

        if (_next < words.Count && !_onlyArguments && words[_next] == "--")
        {
            _onlyArguments = true;
            _next++;
        }

        if (_next == words.Count)
        {
            return false;
        }

        _word = words[_next++];
        if (_onlyArguments || _word.Length < 2 || _word[0] != '-')
        {
            _onlyArguments |= !interspersed;
            (Flag, Text) = (null, _word);
        }
        else if (_word[1] == '-')
        {
            ReadName(dashes: 2);
        }
        else if (syntax == FlagSyntax.Go)
        {
            ReadName(dashes: 1);
        }
        else
        {
            _read = 1;
            ReadLetter();
        }

        return true;
    }

    /// <summary>The error for an invalid value of the flag just read.</summary>
    /// <param name="reason">Why it is invalid.</param>
    public FlagException WrongValue(string reason) => Wrong(FlagFault.WrongValue, Flag, Text, reason);

    private void ReadName(int dashes)
    {
        int equals = _word.IndexOf('=', StringComparison.Ordinal);
        (_name, _letters) = (equals < 0 ? _word[dashes..] : _word[dashes..equals], "");
        if (_name.Length == 0 || _name[0] == '-')
        {
            throw Wrong(FlagFault.BadSyntax);
        }

        TFlag flag = Find(_name) ?? throw Wrong(FlagFault.Unknown);
        Text = equals >= 0 ? _word[(equals + 1)..] : flag.BareValue ?? NextWord(flag);
        Flag = flag;
    }

    private TFlag? Find(string name) => table.Find(name) ?? (syntax == FlagSyntax.Go && name.Length == 1 ? table.Find(name[0]) : null);

    private void ReadLetter()
    {
        (_name, _letters) = (_word.Substring(_read, 1), _word[_read..]);
        TFlag flag = table.Find(_letters[0]) ?? throw Wrong(FlagFault.Unknown);
        int used = _letters.Length;
        if (_letters.Length > 2 && _letters[1] == '=')
        {
            Text = _letters[2..];
        }
        else if (flag.BareValue is { } bare)
        {
            Text = bare;
            used = 1;
        }
        else
        {
            Text = _letters.Length > 1 ? _letters[1..] : NextWord(flag);
        }

        Flag = flag;
        _read = used < _letters.Length ? _read + used : 0;
    }

    private string NextWord(TFlag flag) => _next < words.Count ? words[_next++] : throw Wrong(FlagFault.NoValue, flag);

    private FlagException Wrong(FlagFault fault, TFlag? flag = null, string value = "", string reason = "") =>
        new(fault, _word, _name) { Letters = _letters, Flag = flag, Value = value, Reason = reason };
}
