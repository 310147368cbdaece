using System.Text;

namespace Quai.Dockerfiles.Words;

/// <summary>Gathers words: white space that is not quoted ends one, and what is quoted makes one even if it is empty.</summary>
internal sealed class WordList
{
    private readonly List<string> _words = [];
    private readonly StringBuilder _word = new();
    private bool _begun;

    /// <summary>Adds a piece.</summary>
    public void Add(ReadOnlySpan<char> piece, bool quoted)
    {
        if (quoted)
        {
            _word.Append(piece);
            _begun = true;
            return;
        }

        foreach (char c in piece)
        {
            if (char.IsWhiteSpace(c))
            {
                End();
            }
            else
            {
                _word.Append(c);
                _begun = true;
            }
        }
    }

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Finish()
    {
        End();
        return _words;
    }

    private void End()
    {
        if (_begun)
        {
            _words.Add(_word.ToString());
            _word.Clear();
            _begun = false;
        }
    }
}
