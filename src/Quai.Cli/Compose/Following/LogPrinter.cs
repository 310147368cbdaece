using System.Globalization;
using System.Text;
using Quai.Cli.Streams;

namespace Quai.Cli.Compose.Following;

/// <summary>Prints lines of several containers, each with its container's name before it. Thread-safe.</summary>
/// <param name="output">Where to.</param>
/// <param name="error">Where lines of standard error go.</param>
/// <param name="hasColours">Whether names are coloured.</param>
/// <param name="hasPrefix">Whether names are printed.</param>
internal sealed class LogPrinter(Output output, Output error, bool hasColours, bool hasPrefix)
{
    private static readonly int[] s_colours = [36, 33, 32, 35, 34, 96, 93, 92, 95, 94];

    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _known = [];
    private KeyboardMenu? _menu;
    private int _width;

    /// <summary>Keeps a line of keys below all others, or none any more.</summary>
    public void Keep(KeyboardMenu? menu)
    {
        lock (_lock)
        {
            _menu?.Hide();
            _menu = menu;
            _menu?.Show();
        }
    }

    /// <summary>Changes what that line says.</summary>
    public void Change(Action change)
    {
        lock (_lock)
        {
            _menu?.Hide();
            change();
            _menu?.Show();
        }
    }

    /// <summary>Makes room for a name.</summary>
    public void Add(string name)
    {
        lock (_lock)
        {
            if (_known.TryAdd(name, s_colours[_known.Count % s_colours.Length]))
            {
                _width = Math.Max(_width, name.Length);
            }
        }
    }

    /// <summary>Prints a line.</summary>
    /// <param name="name">The container's name.</param>
    /// <param name="line">The line, as the program wrote it.</param>
    /// <param name="isError">Whether it is of standard error.</param>
    public void Print(string name, ReadOnlySpan<byte> line, bool isError = false)
    {
        lock (_lock)
        {
            byte[] prefix = hasPrefix ? Encoding.UTF8.GetBytes(Prefix(name)) : [];
            byte[] whole = new byte[prefix.Length + line.Length + 1];
            prefix.CopyTo(whole, 0);
            line.CopyTo(whole.AsSpan(prefix.Length));
            whole[^1] = (byte)'\n';
            _menu?.Hide();
            (isError ? error : output).Write(whole);
            _menu?.Show();
        }
    }

    /// <summary>Prints a line that is no container's.</summary>
    public void Say(string text)
    {
        lock (_lock)
        {
            _menu?.Hide();
            output.WriteLine(text);
            _menu?.Show();
        }
    }

    private string Prefix(string name)
    {
        string padded = name.PadRight(_width + 2) + "| ";
        return hasColours && _known.TryGetValue(name, out int colour) ? string.Create(CultureInfo.InvariantCulture, $"\x1b[{colour}m{padded}\x1b[0m") : padded;
    }
}
