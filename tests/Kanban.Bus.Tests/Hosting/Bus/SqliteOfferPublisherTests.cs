using Kanban.Bus.Tests.Harness;

namespace Kanban.Bus.Tests.Hosting.Bus;

public sealed class SqliteOfferPublisherTests : OfferPublisherSpec<SqliteStore>;
