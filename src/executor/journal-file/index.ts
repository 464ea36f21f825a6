export {
  type JournalHeader,
  JOURNAL_FORMAT,
  JOURNAL_FORMAT_VERSION,
  journalHeaderSchema,
  toHeaderRecord,
  toJournalHeader,
} from './journal-header.js';
