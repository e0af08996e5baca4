namespace Kanban.Bus.Board.Windows;

/// <summary>Some days of the week.</summary>
/// <param name="Bits">The lowest for Monday.</param>
public readonly record struct Days(int Bits)
{
    public static readonly Days All = new(0b111_1111);

    private static readonly string[] Names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    public bool Has(DayOfWeek day) => (Bits >> Index(day) & 1) == 1;

    /// <summary>As in <c>mon-fri</c> or <c>tue,sat,sun</c>.</summary>
    public string Text
    {
        get
        {
            var parts = new List<string>();
            for (var first = 0; first < 7; first++)
            {
                var last = first;
                if ((Bits >> first & 1) == 0)
                    continue;
                while (last < 6 && (Bits >> last + 1 & 1) == 1)
                    last++;
                if (last - first >= 2)
                    parts.Add($"{Names[first]}-{Names[last]}");
                else
                    parts.AddRange(Names[first..(last + 1)]);
                first = last;
            }

            return string.Join(',', parts);
        }
    }

    /// <summary>Reads names and spans with commas between; a span may go over Sunday: <c>fri-mon</c>.</summary>
    /// <returns>Null when it holds something else.</returns>
    public static Days? Read(string text)
    {
        if (text is "daily")
            return All;
        var bits = 0;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-').Select(name => Array.IndexOf(Names, name)).ToList();
            if (ends.Count > 2 || ends.Contains(-1))
                return null;
            for (var day = ends[0]; ; day = (day + 1) % 7)
            {
                bits |= 1 << day;
                if (day == ends[^1])
                    break;
            }
        }

        return new Days(bits);
    }

    private static int Index(DayOfWeek day) => ((int)day + 6) % 7;
}
